from django.db import migrations
from django.db.models import Count, OuterRef, Subquery

from analysis.addresses import AddressError, canonical


def readable(url):
    """In the one form in which addresses are kept since: terms are looked up by it."""
    try:
        return canonical(url) if url else ""
    except AddressError:
        return ""


def forwards(apps, schema_editor):
    """What was judged becomes judgments; what is public is filed where its story is, and counted. Who wrote an item was
    not kept, and is not guessed."""
    Item, Judgment, Story, Tally = (
        apps.get_model("analysis", name) for name in ("WatchItem", "Judgment", "Story", "WatchTally")
    )
    of = Story.objects.filter(pk=OuterRef("story"))
    public = Item.objects.filter(public_since__isnull=False)
    public.update(topic=Subquery(of.values("public_topic")[:1]), desk=Subquery(of.values("desk")[:1]))
    judged = public.exclude(state="open").order_by("resolved_at", "pk").iterator(1000)
    Judgment.objects.bulk_create(
        (
            Judgment(
                item=item, state=item.state, why=item.outcome, url=readable(item.outcome_url), by_id=item.resolved_by_id,
                at=item.resolved_at,
            )
            for item in judged
        ),
        batch_size=1000,
    )  # fmt: skip
    counted = public.order_by().values_list("topic", "desk", "likelihood", "state").annotate(n=Count("pk"))
    Tally.objects.bulk_create(
        Tally(topic_id=topic, desk_id=desk, likelihood=likelihood, state=state, n=n)
        for topic, desk, likelihood, state, n in counted
    )


def backwards(apps, schema_editor):
    """The newest judgment of an item that is judged; what was taken back is lost."""
    Item, Judgment = (apps.get_model("analysis", name) for name in ("WatchItem", "Judgment"))
    last = Judgment.objects.filter(item=OuterRef("pk")).order_by("-pk")
    Item.objects.exclude(state="open").update(
        outcome=Subquery(last.values("why")[:1]),
        outcome_url=Subquery(last.values("url")[:1]),
        resolved_at=Subquery(last.values("at")[:1]),
        resolved_by=Subquery(last.values("by")[:1]),
    )
    Judgment.objects.all().delete()
    apps.get_model("analysis", "WatchTally").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("analysis", "0019_judgments")]
    operations = [migrations.RunPython(forwards, backwards)]

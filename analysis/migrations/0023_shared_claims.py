import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from analysis.migrations import _triggers


def record(apps, schema_editor):
    """Public claims stand on record from now on: what is saved and not published goes back to being a proposal, and
    where a standing never moved, the one that was published is written down."""
    Change, Story, Claim = (apps.get_model("analysis", name) for name in ("StandingChange", "Story", "Claim"))
    _triggers.drop(schema_editor, "analysis_standingchange")
    for story in Story.objects.filter(current__isnull=False).select_related("current").iterator(200):
        public = {claim["id"]: claim for claim in story.current.content["claims"]}
        for claim in Claim.objects.filter(story=story, pk__in=public).prefetch_related("changes"):
            said, changes = public[claim.pk], sorted(claim.changes.all(), key=lambda change: change.pk)
            Change.objects.filter(pk__in=[change.pk for change in changes[len(said["history"]) :]]).delete()
            if not said["history"]:
                Change.objects.create(
                    claim=claim, standing=said["standing"], why=said["why"], at=said["checked_at"], story=story
                )
            Change.objects.filter(claim=claim, story=None).update(story=story)
            claim.public_since = story.published_at
            claim.save(update_fields=["public_since"])
    _triggers.append_only(schema_editor, {"analysis_standingchange": []})


def unrecord(apps, schema_editor):
    """A record of one line was none before."""
    Change, Claim = (apps.get_model("analysis", name) for name in ("StandingChange", "Claim"))
    _triggers.drop(schema_editor, "analysis_standingchange")
    alone = Claim.objects.annotate(n=models.Count("changes")).filter(n=1).values("pk")
    Change.objects.filter(claim__in=list(alone.values_list("pk", flat=True))).delete()


def guard(apps, schema_editor):
    """On SQLite the table was made anew."""
    _triggers.append_only(schema_editor, {"analysis_standingchange": []})


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0022_wikidata"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, guard),
        migrations.AlterModelOptions(
            name="standingchange",
            options={
                "ordering": ["id"],
                "verbose_name": "change of standing",
                "verbose_name_plural": "changes of standing",
            },
        ),
        migrations.RemoveConstraint(
            model_name="desktask",
            name="desktask_kind",
        ),
        migrations.AddField(
            model_name="claim",
            name="left_out",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="claim",
            name="public_since",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="claim",
            name="shares",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sharers",
                to="analysis.claim",
                verbose_name="same as",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="copied_from",
            field=models.CharField(blank=True, max_length=120, verbose_name="whose text it carries"),
        ),
        migrations.AddField(
            model_name="standingchange",
            name="article",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="analysis.article",
            ),
        ),
        migrations.AddField(
            model_name="standingchange",
            name="desk",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="analysis.desk"
            ),
        ),
        migrations.AddField(
            model_name="standingchange",
            name="story",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="analysis.story",
            ),
        ),
        migrations.AlterField(
            model_name="desktask",
            name="kind",
            field=models.CharField(
                choices=[
                    ("summary_words", "Summary too long"),
                    ("summary_quotes", "Summary quotes too much"),
                    ("summary_machine", "Summary made with a language model"),
                    ("quotes", "Headline, dek or note quotes too much"),
                    ("standing", "The standing of a claim changed since this was written"),
                ],
                max_length=15,
                verbose_name="what",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                fields=("story", "shares"),
                name="claim_shared_once_per_story",
                violation_error_message="This story has this claim already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("shares", models.F("pk")), _negated=True),
                name="claim_shares_another",
                violation_error_message="A claim cannot be the same as itself.",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("left_out", False), ("public_since__isnull", False), _connector="OR"),
                name="claim_left_out_was_public",
                violation_error_message="Only a claim that was public stays when it is left out.",
            ),
        ),
        migrations.AddConstraint(
            model_name="desktask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["summary_words", "summary_quotes", "summary_machine", "quotes", "standing"])
                ),
                name="desktask_kind",
                violation_error_message="Choose one of the offered values.",
            ),
        ),
        migrations.RunPython(record, unrecord),
    ]

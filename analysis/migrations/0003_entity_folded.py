"""One entity for a name, in whatever case and spelling of its accents."""

from django.db import migrations, models

from analysis.models.stories import fold


def fill(apps, schema_editor):
    seen = set()
    entity = apps.get_model("analysis", "Entity")
    for row in entity.objects.order_by("pk"):
        folded = fold(row.name)
        row.folded = (
            f"{folded} {row.pk}" if folded in seen else folded
        )  # two of one name stay two, to be merged by hand
        seen.add(row.folded)
        row.save(update_fields=["folded"])


class Migration(migrations.Migration):
    dependencies = [("analysis", "0002_rules_in_the_database")]

    operations = [
        migrations.AddField("entity", "folded", models.CharField(default="", editable=False, max_length=400)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField("entity", "folded", models.CharField(editable=False, max_length=400, unique=True)),
    ]

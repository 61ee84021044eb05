"""What the forms of a window were saved as: “back” in the browser may send them once more."""

from django.db import migrations, models


def that_made_a_story(apps, schema_editor):
    """Until now a window that made a story was known by being based on nothing. Its form had no name."""
    made = apps.get_model("analysis", "Draft").objects.filter(story__isnull=False, based_on=0)
    made.update(saves={"": {"version": None, "made": {}}})


class Migration(migrations.Migration):
    dependencies = [("analysis", "0016_remarks")]

    operations = [
        migrations.AddField("draft", "saves", models.JSONField(default=dict)),
        migrations.RunPython(that_made_a_story, migrations.RunPython.noop),
    ]

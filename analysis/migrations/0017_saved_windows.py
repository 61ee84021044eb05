"""What a window was saved as: it may send its form once more, after “back” in the browser."""

from django.db import migrations, models


def that_made_a_story(apps, schema_editor):
    """Until now a window that made a story was known by being based on nothing."""
    apps.get_model("analysis", "Draft").objects.filter(story__isnull=False, based_on=0).update(saved_as=1)


class Migration(migrations.Migration):
    dependencies = [("analysis", "0016_remarks")]

    operations = [
        migrations.AddField("draft", "saved_as", models.PositiveIntegerField(null=True)),
        migrations.AddField("draft", "made", models.JSONField(default=dict)),
        migrations.RunPython(that_made_a_story, migrations.RunPython.noop),
    ]

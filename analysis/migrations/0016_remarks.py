"""Remarks of the newsroom itself, and until when an embargo holds what was scheduled."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def by_who_was_told(apps, schema_editor):
    """Backwards: what failed was said in the name of who had scheduled it."""
    remark = apps.get_model("analysis", "Remark")
    remark.objects.filter(by=None, to=None).delete()
    remark.objects.filter(by=None).update(by=models.F("to"))
    schema_editor.connection.check_constraints()  # PostgreSQL alters no table whose foreign keys it has still to check


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0015_names"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="remark",
            name="to",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AlterField(
            model_name="remark",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, by_who_was_told),
        migrations.AddField(
            model_name="story",
            name="look_again_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="story",
            name="looked_under",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
        ),
    ]

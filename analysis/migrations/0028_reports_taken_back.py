"""Reports of errors that their readers take back, and open ones that say no more whose they are."""

from django.conf import settings
from django.db import migrations, models


def forget(apps, schema_editor):
    """Backwards: what was taken back had no words any more, and was neither open nor decided."""
    apps.get_model("analysis", "ErrorReport").objects.filter(state="taken_back").delete()
    schema_editor.connection.check_constraints()  # PostgreSQL alters no table whose foreign keys it has still to check


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0027_made"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="errorreport",
            name="errorreport_state",
        ),
        migrations.RemoveConstraint(
            model_name="errorreport",
            name="errorreport_decided_is_told",
        ),
        migrations.AddField(
            model_name="errorreport",
            name="unnamed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="name and e-mail erased"),
        ),
        migrations.AlterField(
            model_name="errorreport",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("accepted", "Accepted"),
                    ("declined", "Turned down"),
                    ("taken_back", "Taken back by its reader"),
                ],
                default="open",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="errorreport",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "accepted", "declined", "taken_back"])),
                name="errorreport_state",
                violation_error_message="Choose one of the offered values.",
            ),
        ),
        migrations.AddConstraint(
            model_name="errorreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("revision__isnull", True), ("state", "open")),
                    models.Q(("decided_at__isnull", False), ("revision__isnull", False), ("state", "accepted")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("revision__isnull", True),
                        ("state", "declined"),
                        models.Q(
                            models.Q(("answer", ""), _negated=True), ("erased_at__isnull", False), _connector="OR"
                        ),
                    ),
                    models.Q(
                        ("decided_at__isnull", True),
                        ("erased_at__isnull", False),
                        ("revision__isnull", True),
                        ("state", "taken_back"),
                    ),
                    _connector="OR",
                ),
                name="errorreport_decided_is_told",
                violation_error_message=(
                    "What is accepted names the change made, what is declined is answered, what is taken back is gone."
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="errorreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("unnamed_at__isnull", True), models.Q(("email", ""), ("name", "")), _connector="OR"
                ),
                name="errorreport_unnamed_is_nobodys",
                violation_error_message="What is nobody’s any more has no name and no e-mail address.",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, forget),
    ]

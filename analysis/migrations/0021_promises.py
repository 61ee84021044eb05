from django.db import migrations, models

from analysis.migrations import _triggers

FROZEN = ["story_id", "statement", "due", "likelihood", "settled_by", "public_since", "topic_id", "desk_id"]


def guard(apps, schema_editor):
    _triggers.append_only(schema_editor, {"analysis_judgment": []})
    _triggers.frozen(schema_editor, "analysis_watchitem", FROZEN, '"public_since" IS NOT NULL')


def unguard(apps, schema_editor):
    _triggers.drop(schema_editor, "analysis_judgment")
    _triggers.thaw(schema_editor, "analysis_watchitem")


class Migration(migrations.Migration):
    dependencies = [("analysis", "0020_judged")]

    operations = [
        migrations.RemoveField(model_name="watchitem", name="outcome"),
        migrations.RemoveField(model_name="watchitem", name="outcome_url"),
        migrations.RemoveField(model_name="watchitem", name="resolved_at"),
        migrations.RemoveField(model_name="watchitem", name="resolved_by"),
        migrations.AlterField(
            model_name="watchitem",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("yes", "It happened"),
                    ("no", "It did not happen"),
                    ("ambiguous", "Ambiguous"),
                    ("annulled", "Annulled"),
                ],
                default="open",
                editable=False,
                max_length=9,
                verbose_name="outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="watchitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("desk__isnull", True),
                        ("public_since__isnull", True),
                        ("state", "open"),
                        ("topic__isnull", True),
                    ),
                    models.Q(("desk__isnull", False), ("public_since__isnull", False), ("topic__isnull", False)),
                    _connector="OR",
                ),
                name="watch_public_is_filed",
                violation_error_message="What is public is filed under a topic and a desk; what is not, cannot be judged.",
            ),
        ),
        migrations.AddIndex(
            model_name="watchitem",
            index=models.Index(
                condition=models.Q(("public_since__isnull", False)), fields=["due", "id"], name="watch_by_day"
            ),
        ),
        migrations.RunPython(guard, unguard),
    ]

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from analysis.migrations import _triggers

KINDS = [("merged", "was merged into"), ("taken_back", "is no longer merged into"), ("split", "was split from")]
PROTECT = django.db.models.deletion.PROTECT
ANOTHER = {"blank": True, "editable": False, "null": True, "on_delete": PROTECT, "to": "analysis.entity"}


def guard(apps, schema_editor):
    _triggers.append_only(schema_editor, {"analysis_entitychange": []})
    _triggers.merged_once(schema_editor)


def unguard(apps, schema_editor):
    _triggers.drop(schema_editor, "analysis_entitychange")
    _triggers.merged_freely(schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0024_reports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="entity",
            options={
                "ordering": ["name"],
                "permissions": [("merge_entity", "Can merge and split entities")],
                "verbose_name": "entity",
                "verbose_name_plural": "entities",
            },
        ),
        migrations.AddField(
            model_name="entity",
            name="merged_into",
            field=models.ForeignKey(related_name="merged", verbose_name="merged into", **ANOTHER),
        ),
        migrations.AddField(
            model_name="entity", name="leads_to", field=models.ForeignKey(related_name="gathered", **ANOTHER)
        ),
        migrations.AddField(
            model_name="entity", name="split_from", field=models.ForeignKey(related_name="split_off", **ANOTHER)
        ),
        migrations.AddConstraint(
            model_name="entity",
            constraint=models.CheckConstraint(
                condition=Q(merged_into__isnull=True, leads_to__isnull=True)
                | Q(~Q(merged_into=F("id")), ~Q(leads_to=F("id")), merged_into__isnull=False, leads_to__isnull=False),
                name="entity_merged_leads_on",
                violation_error_message="An entity that was merged leads to another one, and none to itself.",
            ),
        ),
        migrations.AddConstraint(
            model_name="entity",
            constraint=models.CheckConstraint(
                condition=Q(split_from__isnull=True) | ~Q(split_from=F("id")),
                name="entity_not_split_from_itself",
                violation_error_message="An entity cannot be split from itself.",
            ),
        ),
        migrations.AddIndex(
            model_name="mention", index=models.Index(fields=["entity", "-story"], name="mention_of_entity")
        ),
        migrations.CreateModel(
            name="EntityChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=KINDS, max_length=10)),
                ("why", models.CharField(max_length=500)),
                ("took", models.JSONField(default=dict)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("entity", models.ForeignKey(on_delete=PROTECT, related_name="changes", to="analysis.entity")),
                ("other", models.ForeignKey(on_delete=PROTECT, related_name="changes_of_others", to="analysis.entity")),
            ],
            options={
                "verbose_name": "change of an entity",
                "verbose_name_plural": "changes of entities",
                "ordering": ["-id"],
            },
        ),
        migrations.AddConstraint(
            model_name="entitychange",
            constraint=models.CheckConstraint(
                condition=Q(kind__in=[kind for kind, _label in KINDS]),
                name="entitychange_kind",
                violation_error_message="Choose one of the offered values.",
            ),
        ),
        migrations.AddConstraint(
            model_name="entitychange",
            constraint=models.CheckConstraint(
                condition=~Q(why=""), name="entitychange_is_explained", violation_error_message="Say why."
            ),
        ),
        migrations.AddConstraint(
            model_name="entitychange",
            constraint=models.CheckConstraint(
                condition=~Q(entity=F("other")),
                name="entitychange_of_two",
                violation_error_message="It takes two entities.",
            ),
        ),
        migrations.RunPython(guard, unguard),
    ]

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from analysis.migrations import _triggers


def versions_stay(apps, schema_editor):
    """A saved version is never changed; it goes only with its story."""
    _triggers.unchanging(schema_editor, "analysis_version")


def versions_may_change(apps, schema_editor):
    _triggers.drop(schema_editor, "analysis_version")


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0013_mail_of_a_decision"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=32, unique=True)),
                ("based_on", models.PositiveIntegerField(default=0)),
                ("turn", models.PositiveIntegerField(default=0)),
                ("typed", models.JSONField(default=dict)),
                ("kept_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "unsaved text",
                "verbose_name_plural": "unsaved texts",
            },
        ),
        migrations.CreateModel(
            name="PreviewLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_sha256", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "preview link",
                "verbose_name_plural": "preview links",
                "ordering": ["-made_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.CharField(blank=True, max_length=60, verbose_name="about")),
                ("text", models.CharField(max_length=1000, verbose_name="remark")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "remark",
                "verbose_name_plural": "remarks",
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("content", models.JSONField()),
                ("sha256", models.CharField(max_length=64)),
                ("why", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "saved version",
                "verbose_name_plural": "saved versions",
                "ordering": ["-number"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="story",
            name="story_status_has_its_dates",
        ),
        migrations.AddField(
            model_name="story",
            name="publish_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="to be published"),
        ),
        migrations.AddField(
            model_name="story",
            name="scheduled_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="story",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("review", "In review"),
                    ("scheduled", "Scheduled"),
                    ("published", "Published"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="draft",
                editable=False,
                max_length=9,
                verbose_name="status",
            ),
        ),
        migrations.AddIndex(
            model_name="story",
            index=models.Index(
                condition=models.Q(("status", "scheduled")), fields=["publish_at"], name="story_scheduled"
            ),
        ),
        migrations.AddIndex(
            model_name="story",
            index=models.Index(fields=["created_by", "status", "-id"], name="story_of_writer"),
        ),
        migrations.AddConstraint(
            model_name="story",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("current__isnull", True),
                        ("publish_at__isnull", True),
                        ("published_at__isnull", True),
                        ("status__in", ["draft", "review"]),
                    ),
                    models.Q(
                        ("current__isnull", True),
                        ("publish_at__isnull", False),
                        ("published_at__isnull", True),
                        ("scheduled_by__isnull", False),
                        ("status", "scheduled"),
                    ),
                    models.Q(
                        ("current__isnull", False),
                        ("published_at__isnull", False),
                        ("status", "published"),
                        ("withdrawn_at__isnull", True),
                    ),
                    models.Q(("current__isnull", False), ("status", "withdrawn"), ("withdrawn_at__isnull", False)),
                    _connector="OR",
                ),
                name="story_status_has_its_dates",
                violation_error_message="A published story has a revision and a date; a withdrawn one also the day it was withdrawn; a scheduled one the time at which it is to be published.",
            ),
        ),
        migrations.AddField(
            model_name="draft",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="draft",
            name="story",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="drafts", to="analysis.story"
            ),
        ),
        migrations.AddField(
            model_name="previewlink",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="previewlink",
            name="story",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="preview_links", to="analysis.story"
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="done_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="story",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="remarks", to="analysis.story"
            ),
        ),
        migrations.AddField(
            model_name="version",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="version",
            name="story",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="analysis.story"
            ),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(fields=["by", "-kept_at"], name="draft_of_person"),
        ),
        migrations.AddIndex(
            model_name="remark",
            index=models.Index(
                condition=models.Q(("done_at__isnull", True)), fields=["story", "at"], name="remark_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.UniqueConstraint(fields=("story", "number"), name="version_number_once"),
        ),
        migrations.RunPython(versions_stay, versions_may_change),
    ]

"""What the servers of sources answered, for good; and which stories were published lately."""

import django.db.models.deletion
from django.db import migrations, models

from analysis.migrations import _triggers


def guard(apps, schema_editor):
    _triggers.append_only(schema_editor, {"analysis_pagereading": []})


def unguard(apps, schema_editor):
    _triggers.drop(schema_editor, "analysis_pagereading")


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0025_entities"),
    ]

    operations = [
        migrations.CreateModel(
            name="PageReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                (
                    "occasion",
                    models.CharField(
                        choices=[
                            ("added", "Added"),
                            ("published", "A story was published"),
                            ("later", "Later"),
                        ],
                        max_length=9,
                        verbose_name="occasion",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("answered", "Answered"),
                            ("gone", "Gone"),
                            ("walled", "Not shown to everybody"),
                            ("refused", "Not asked: its robots.txt refuses it to us"),
                            ("failed", "Could not be asked"),
                        ],
                        max_length=8,
                        verbose_name="outcome",
                    ),
                ),
                ("status", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="HTTP status")),
                ("final_url", models.CharField(blank=True, max_length=2000, verbose_name="where its address leads")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="hash of what it says")),
                ("memento", models.CharField(blank=True, max_length=2000, verbose_name="an archived copy")),
                ("why", models.CharField(blank=True, max_length=300, verbose_name="why it could not be asked")),
            ],
            options={
                "verbose_name": "reading of a page",
                "verbose_name_plural": "readings of pages",
                "ordering": ["-id"],
            },
        ),
        migrations.AddIndex(
            model_name="story",
            index=models.Index(fields=["status", "-updated_at"], name="story_published_lately"),
        ),
        migrations.AddField(
            model_name="pagereading",
            name="article",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="readings",
                to="analysis.article",
                verbose_name="article",
            ),
        ),
        migrations.AddIndex(
            model_name="pagereading",
            index=models.Index(fields=["article", "-id"], name="latest_page_reading"),
        ),
        migrations.AddConstraint(
            model_name="pagereading",
            constraint=models.CheckConstraint(
                condition=models.Q(("occasion__in", ["added", "published", "later"])),
                name="page_reading_occasion",
                violation_error_message="Choose one of the offered values.",
            ),
        ),
        migrations.AddConstraint(
            model_name="pagereading",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["answered", "gone", "walled", "refused", "failed"])),
                name="page_reading_outcome",
                violation_error_message="Choose one of the offered values.",
            ),
        ),
        migrations.AddConstraint(
            model_name="pagereading",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("final_url", ""),
                        ("final_url__startswith", "https://"),
                        ("final_url__startswith", "http://"),
                        _connector="OR",
                    ),
                    models.Q(
                        ("memento", ""),
                        ("memento__startswith", "https://"),
                        ("memento__startswith", "http://"),
                        _connector="OR",
                    ),
                ),
                name="page_reading_leads_to_http",
                violation_error_message="Where a page leads begins with https:// or http://.",
            ),
        ),
        migrations.AddConstraint(
            model_name="pagereading",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__isnull", False),
                    models.Q(("outcome__in", ["refused", "failed"]), ("sha256", "")),
                    _connector="OR",
                ),
                name="page_reading_answer_has_a_status",
                violation_error_message="What a server answered has a status.",
            ),
        ),
        migrations.RunPython(guard, unguard),
    ]

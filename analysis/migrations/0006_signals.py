"""What signals said, where it was read, and terms that follow from it."""

import django.db.models.deletion
from django.db import migrations, models

from analysis.migrations import _triggers


def put_back(apps, schema_editor):
    """SQLite changes a table by making a new one, and a trigger goes with the table that it stands on."""
    _triggers.append_only(schema_editor, {"analysis_terms": []})
    _triggers.rules(schema_editor, "analysis_terms")


def guard(apps, schema_editor):
    put_back(apps, schema_editor)
    _triggers.append_only(schema_editor, {"analysis_signalreading": []})


def unguard(apps, schema_editor):
    _triggers.drop(schema_editor, "analysis_signalreading")


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0005_record"),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, put_back),
        migrations.AddField(
            model_name="terms",
            name="places",
            field=models.JSONField(blank=True, default=list, verbose_name="parts of the site"),
        ),
        migrations.AddField(
            model_name="terms",
            name="quote_chars",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="quoted characters"),
        ),
        migrations.AddField(
            model_name="terms",
            name="signal",
            field=models.CharField(blank=True, max_length=120, verbose_name="signal"),
        ),
        migrations.CreateModel(
            name="SignalSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("robots", "robots.txt"),
                            ("tdmrep", "tdmrep.json"),
                            ("trust", "trust.txt"),
                            ("licence", "RSL licence"),
                            ("page", "Page and its headers"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("url", models.CharField(max_length=2000, verbose_name="address")),
                ("about", models.CharField(max_length=2000, verbose_name="about")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("read_at", models.DateTimeField(verbose_name="last asked")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="last answered")),
                (
                    "publisher",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signal_sources",
                        to="analysis.publisher",
                        verbose_name="publisher",
                    ),
                ),
            ],
            options={
                "verbose_name": "signal source",
                "verbose_name_plural": "signal sources",
                "ordering": ["about", "kind", "url"],
            },
        ),
        migrations.CreateModel(
            name="SignalReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("read_at", models.DateTimeField(verbose_name="read")),
                ("status", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="HTTP status")),
                ("said", models.JSONField(blank=True, default=list, verbose_name="what it said")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="hash of the bytes")),
                ("error", models.CharField(blank=True, max_length=300, verbose_name="why it could not be read")),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="readings",
                        to="analysis.signalsource",
                        verbose_name="read at",
                    ),
                ),
            ],
            options={
                "verbose_name": "signal reading",
                "verbose_name_plural": "signal readings",
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="terms",
            name="source",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="terms",
                to="analysis.signalsource",
                verbose_name="read at",
            ),
        ),
        migrations.AddConstraint(
            model_name="terms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("basis__in", ["site_signal", "page_signal"]),
                    models.Q(("signal", ""), ("source__isnull", True)),
                    _connector="OR",
                ),
                name="terms_only_a_signal_names_one",
                violation_error_message="Only terms that rest on a signal name the signal and where it was read.",
            ),
        ),
        migrations.AddIndex(
            model_name="signalsource",
            index=models.Index(fields=["publisher", "kind"], name="signals_of_publisher"),
        ),
        migrations.AddIndex(
            model_name="signalsource", index=models.Index(fields=["kind", "read_at"], name="signals_due")
        ),
        migrations.AddConstraint(
            model_name="signalsource",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["robots", "tdmrep", "trust", "licence", "page"])),
                name="signal_source_kind",
                violation_error_message="Choose one of the offered values.",
            ),
        ),
        migrations.AddIndex(
            model_name="signalreading",
            index=models.Index(fields=["source", "-id"], name="latest_signal_reading"),
        ),
        migrations.RunPython(guard, unguard),
    ]

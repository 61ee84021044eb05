"""The host of a proof can be erased with its case; the record holds a hash of the proof instead of the host."""

from django.db import migrations, models

from analysis.migrations import _triggers


def let_change(apps, schema_editor):
    _triggers.drop(schema_editor, "analysis_proof")


def erasable(apps, schema_editor):
    _triggers.append_only(schema_editor, {"analysis_proof": ["host", "nonce"]})


def not_erasable(apps, schema_editor):
    _triggers.append_only(schema_editor, {"analysis_proof": []})


class Migration(migrations.Migration):
    dependencies = [("analysis", "0010_rule_versions")]
    operations = [
        migrations.RunPython(let_change, not_erasable),
        migrations.AddField(
            "proof", "nonce", models.CharField(blank=True, default="", editable=False, max_length=64), False
        ),
        migrations.RemoveConstraint("proof", "proof_once"),
        migrations.AddConstraint(
            "proof",
            models.UniqueConstraint(
                condition=models.Q(("host", ""), _negated=True), fields=("case", "host", "method"), name="proof_once"
            ),
        ),
        migrations.RunPython(erasable, let_change),
    ]

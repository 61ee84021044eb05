"""The host of a proof can be erased with its case; the record holds a hash of the proof instead of the host."""

from django.db import migrations, models

from analysis.addresses import host_of, parents
from analysis.migrations import _triggers


def let_change(apps, schema_editor):
    _triggers.drop(schema_editor, "analysis_proof")


def erase(apps, schema_editor):
    """Of cases that are erased already, the hosts of proofs that no article of the case lies on."""
    for proof in apps.get_model("analysis", "Proof").objects.filter(case__erased_at__isnull=False):
        urls = proof.case.urls.filter(article__isnull=False).values_list("article__url", flat=True)
        hosts = {host_of(url) for url in urls}
        if not any(proof.host in (parents(host) if proof.wide else [host]) for host in hosts):
            proof.host = ""
            proof.save()


def name_anew(apps, schema_editor):
    """What was erased stays erased; before, a case had each host once."""
    for proof in apps.get_model("analysis", "Proof").objects.filter(host=""):
        proof.host = f"erased-{proof.pk}"
        proof.save()


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
        migrations.RunPython(erase, name_anew),
        migrations.RunPython(erasable, let_change),
    ]

"""A mail names the decision that it tells of. What waits to be sent is given the one it was written with."""

import django.db.models.deletion
from django.db import migrations, models


def name_decisions(apps, schema_editor):
    mail, decisions = (apps.get_model("analysis", name).objects for name in ("OutgoingMail", "Decision"))
    # Each was written in one transaction with what it tells of, and bears its time.
    for kind, told_at in (("decided", "decided_at"), ("reasons", "statement__sent_at")):
        found = decisions.filter(**{told_at: models.OuterRef("created_at")}).values("pk")[:1]
        mail.filter(kind=kind, sent_at__isnull=True).update(decision=models.Subquery(found))


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0012_separated"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="decision",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="analysis.decision"
            ),
        ),
        migrations.RunPython(name_decisions, migrations.RunPython.noop),
    ]

"""A joined case can be separated: a mail that says so, and the decision on another request that its sender contests."""

import django.db.models.deletion
from django.db import migrations, models


def forget(apps, schema_editor):
    """What was said by a mail that there was none of before."""
    apps.get_model("analysis", "OutgoingMail").objects.filter(kind="separated").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0011_erasable_proofs"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="outgoingmail",
            name="mail_kind",
        ),
        migrations.AddField(
            model_name="case",
            name="contested",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="analysis.decision",
            ),
        ),
        migrations.AlterField(
            model_name="outgoingmail",
            name="kind",
            field=models.CharField(
                choices=[
                    ("confirm", "Please confirm your address"),
                    ("confirmed", "Your request is confirmed"),
                    ("access", "A new link to your case"),
                    ("notify", "Somebody asks us about your site"),
                    ("proved", "Control of your site is proved"),
                    ("message", "A message about your request"),
                    ("decided", "We have decided"),
                    ("reasons", "Statement of reasons"),
                    ("appealed", "We have your appeal"),
                    ("mailbox", "A link to send your request"),
                    ("separated", "Your request goes on by itself"),
                ],
                max_length=9,
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingmail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "confirm",
                            "confirmed",
                            "access",
                            "notify",
                            "proved",
                            "message",
                            "decided",
                            "reasons",
                            "appealed",
                            "mailbox",
                            "separated",
                        ],
                    )
                ),
                name="mail_kind",
                violation_error_message="Choose one of the offered values.",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, forget),
    ]

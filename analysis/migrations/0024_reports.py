"""Errors that readers report, their mail, and the thanks that a correction may carry."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def forget(apps, schema_editor):
    """Backwards: mail of a kind that there was not, and of what is not there any more."""
    apps.get_model("analysis", "OutgoingMail").objects.filter(kind__in=["reported", "answered"]).delete()
    schema_editor.connection.check_constraints()  # PostgreSQL alters no table whose foreign keys it has still to check


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0023_shared_claims"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ErrorReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(editable=False, max_length=17, unique=True, verbose_name="reference")),
                ("submission", models.UUIDField(editable=False, unique=True)),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("part", models.CharField(max_length=40, verbose_name="part of the page")),
                ("quoted", models.TextField(blank=True, max_length=1000, verbose_name="words quoted")),
                ("wrong", models.TextField(blank=True, max_length=4000, verbose_name="what is wrong")),
                ("url", models.CharField(blank=True, max_length=2000, verbose_name="address that shows it")),
                ("name", models.CharField(blank=True, max_length=80, verbose_name="name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("thank", models.BooleanField(default=False, verbose_name="wants to be thanked by name")),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("fr", "Français")],
                        default="en",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="received")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("accepted", "Accepted"), ("declined", "Turned down")],
                        default="open",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                ("answer", models.TextField(blank=True, max_length=2000, verbose_name="answer to the reader")),
                ("erased_at", models.DateTimeField(blank=True, null=True, verbose_name="personal data erased")),
            ],
            options={
                "verbose_name": "reported error",
                "verbose_name_plural": "reported errors",
                "ordering": ["-received_at", "-id"],
                "permissions": [("decide_errorreport", "Can decide reported errors")],
            },
        ),
        migrations.RemoveConstraint(
            model_name="outgoingmail",
            name="mail_kind",
        ),
        migrations.AddField(
            model_name="correction",
            name="thanks",
            field=models.CharField(blank=True, max_length=8200, verbose_name="thanks to"),
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
                    ("reported", "We have your report"),
                    ("answered", "What became of your report"),
                ],
                max_length=9,
            ),
        ),
        migrations.AddField(
            model_name="errorreport",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="decided by",
            ),
        ),
        migrations.AddField(
            model_name="errorreport",
            name="revision",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="error_reports",
                to="analysis.revision",
            ),
        ),
        migrations.AddField(
            model_name="errorreport",
            name="story",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="error_reports",
                to="analysis.story",
                verbose_name="story",
            ),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="report",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="mail", to="analysis.errorreport"
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
                            "reported",
                            "answered",
                        ],
                    )
                ),
                name="mail_kind",
                violation_error_message="Choose one of the offered values.",
            ),
        ),
        migrations.AddIndex(
            model_name="errorreport",
            index=models.Index(fields=["state", "received_at", "id"], name="errorreport_waiting"),
        ),
        migrations.AddIndex(
            model_name="errorreport",
            index=models.Index(fields=["story", "state", "received_at", "id"], name="errorreport_of_story"),
        ),
        migrations.AddIndex(
            model_name="errorreport",
            index=models.Index(
                condition=models.Q(("erased_at__isnull", True)), fields=["decided_at"], name="errorreport_to_erase"
            ),
        ),
        migrations.AddConstraint(
            model_name="errorreport",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "accepted", "declined"])),
                name="errorreport_state",
                violation_error_message="Choose one of the offered values.",
            ),
        ),
        migrations.AddConstraint(
            model_name="errorreport",
            constraint=models.CheckConstraint(
                condition=models.Q(("language__in", ["en", "fr"])),
                name="errorreport_language",
                violation_error_message="Choose one of the offered values.",
            ),
        ),
        migrations.AddConstraint(
            model_name="errorreport",
            constraint=models.CheckConstraint(
                condition=models.Q(("thank", False), models.Q(("name", ""), _negated=True), _connector="OR"),
                name="errorreport_thanks_a_name",
                violation_error_message="Write your name, or do not ask to be thanked by it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="errorreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("url", ""), ("url__startswith", "https://"), ("url__startswith", "http://"), _connector="OR"
                ),
                name="errorreport_url_is_http",
                violation_error_message="An address begins with https:// or http://.",
            ),
        ),
        migrations.AddConstraint(
            model_name="errorreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at__isnull", False), models.Q(("wrong", ""), _negated=True), _connector="OR"
                ),
                name="errorreport_says_something",
                violation_error_message="Say what is wrong.",
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
                    _connector="OR",
                ),
                name="errorreport_decided_is_told",
                violation_error_message="What is accepted names the change made; what is declined is answered.",
            ),
        ),
        migrations.AddConstraint(
            model_name="errorreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at__isnull", True),
                    models.Q(
                        ("answer", ""),
                        ("email", ""),
                        ("name", ""),
                        ("quoted", ""),
                        ("url", ""),
                        ("wrong", ""),
                        models.Q(("state", "open"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="errorreport_erased_is_empty",
                violation_error_message="What is erased holds no words any more.",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, forget),
    ]

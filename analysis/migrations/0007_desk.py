"""What the desk keeps for its own work; and a trigger that asks for a recheck with every rule, whoever writes it."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# A hold counts from its start; when it is changed, from when it was lifted.
RECHECKS = {
    ("analysis_terms", "INSERT"): ("terms_id", "NEW.effective_from"),
    ("analysis_hold", "INSERT"): ("hold_id", "NEW.starts_at"),
    ("analysis_hold", "UPDATE"): ("hold_id", "COALESCE(NEW.lifted_at, NEW.starts_at)"),
}


def forwards(apps, schema_editor):
    for (table, verb), (column, due) in RECHECKS.items():
        name = f"{table}_recheck_{verb.lower()}"
        insert = f"INSERT INTO analysis_recheck ({column}, due) VALUES (NEW.id, {due});"  # noqa: S608
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"CREATE TRIGGER {name} AFTER {verb} ON {table} BEGIN {insert} END")
        else:
            schema_editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {insert} RETURN NULL; END $$"
            )
            schema_editor.execute(
                f"CREATE TRIGGER {name} AFTER {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
            )


def backwards(apps, schema_editor):
    for table, verb in RECHECKS:
        name = f"{table}_recheck_{verb.lower()}"
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {name}")
        else:
            schema_editor.execute(f"DROP TRIGGER {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION {name}()")


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0006_signals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SourceText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(max_length=1500000)),
                ("held_since", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="held_text", to="analysis.source"
                    ),
                ),
            ],
            options={
                "verbose_name": "text of a source",
                "verbose_name_plural": "texts of sources",
            },
        ),
        migrations.CreateModel(
            name="DeskTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("summary_words", "Summary too long"),
                            ("summary_quotes", "Summary quotes too much"),
                            ("summary_machine", "Summary made with a language model"),
                            ("quotes", "Headline, dek or note quotes too much"),
                        ],
                        max_length=15,
                        verbose_name="what",
                    ),
                ),
                ("words", models.PositiveIntegerField(default=0, verbose_name="words now")),
                ("allowed", models.PositiveIntegerField(default=0, verbose_name="words allowed")),
                ("since", models.DateTimeField(default=django.utils.timezone.now, verbose_name="since")),
                (
                    "editor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="for",
                    ),
                ),
                (
                    "story",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tasks",
                        to="analysis.story",
                        verbose_name="story",
                    ),
                ),
            ],
            options={
                "verbose_name": "story that needs an editor",
                "verbose_name_plural": "stories that need an editor",
                "ordering": ["since", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["summary_words", "summary_quotes", "summary_machine", "quotes"])
                        ),
                        name="desktask_kind",
                        violation_error_message="Choose one of the offered values.",
                    ),
                    models.UniqueConstraint(fields=("story", "kind"), name="desktask_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Recheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due", models.DateTimeField()),
                ("after_at", models.DateTimeField(null=True)),
                ("after_story", models.BigIntegerField(null=True)),
                (
                    "hold",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="analysis.hold"
                    ),
                ),
                (
                    "terms",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="analysis.terms"
                    ),
                ),
            ],
            options={
                "verbose_name": "recheck",
                "indexes": [models.Index(fields=["due", "id"], name="recheck_due")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("hold__isnull", False), ("terms__isnull", True)),
                            models.Q(("hold__isnull", True), ("terms__isnull", False)),
                            _connector="OR",
                        ),
                        name="recheck_of_one_rule",
                        violation_error_message="A recheck is of one statement of terms, or of one hold.",
                    )
                ],
            },
        ),
        migrations.RunPython(forwards, backwards),
    ]

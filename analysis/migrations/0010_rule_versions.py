"""The version of the rules keeps its earlier tokens, and statements of terms get their ids in the order of commits."""

from django.db import migrations, models

from analysis.migrations import _triggers


def in_order(apps, schema_editor):
    _triggers.rules_in_order(schema_editor)


def as_before(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE OR REPLACE FUNCTION analysis_new_rule_version() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN UPDATE analysis_ruleversion SET token = gen_random_uuid()::text; RETURN NULL; END $$"
        )
    _triggers.rules(schema_editor, *_triggers.RULES)


def off(apps, schema_editor):
    """SQLite makes the version's table anew, and looks at the triggers that write it meanwhile."""
    _triggers.rules_off(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("analysis", "0009_copied")]
    operations = [
        migrations.RunPython(off, as_before),
        migrations.AddField("ruleversion", "earlier", models.CharField(blank=True, default="", max_length=800)),
        migrations.RunPython(in_order, off),
    ]

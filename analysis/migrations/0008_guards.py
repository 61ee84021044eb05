"""On PostgreSQL, revisions and changes of standing cannot be truncated either; SQLite has no TRUNCATE."""

from django.db import migrations

TABLES = ("analysis_revision", "analysis_standingchange")


def guard(apps, schema_editor):
    unguard(apps, schema_editor)
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION analysis_append_only()"
            )


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}")


class Migration(migrations.Migration):
    dependencies = [("analysis", "0007_desk")]
    operations = [migrations.RunPython(guard, unguard)]

"""What must hold whoever writes: triggers for append-only rows and for the rule version, the search index, the house default.

On both engines. A trigger also binds raw SQL and the shell; the classes in analysis/models/fields.py only give the
friendlier message.
"""

from datetime import UTC, datetime

from django.db import migrations

APPEND_ONLY = {
    "analysis_terms": "",
    "analysis_event": "",
    "analysis_decision": "",
    "analysis_standingchange": "",
    # `html` is derived from `content` and may be rendered anew.
    "analysis_revision": "OF story_id, number, kind, reason, headline, dek, content, sha256, created_by_id, created_at",
}
RULES = ("analysis_terms", "analysis_hold")


def _sqlite() -> list[str]:
    sql = []
    for table, columns in APPEND_ONLY.items():
        for verb, what in (("update", f"UPDATE {columns}"), ("delete", "DELETE")):
            sql.append(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {what} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    for table in RULES:
        for verb in ("INSERT", "UPDATE", "DELETE"):
            sql.append(
                f"CREATE TRIGGER {table}_version_{verb.lower()} AFTER {verb} ON {table} "  # noqa: S608
                "BEGIN UPDATE analysis_ruleversion SET token = lower(hex(randomblob(16))); END"
            )
    # The rowid is the story's id; the words are normalised already (analysis/search), so the tokenizer only splits.
    sql.append("CREATE VIRTUAL TABLE analysis_search USING fts5(words, tokenize = 'unicode61 remove_diacritics 0')")
    return sql


def _postgresql() -> list[str]:
    sql = [
        "CREATE FUNCTION analysis_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
        "CREATE FUNCTION analysis_new_rule_version() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN UPDATE analysis_ruleversion SET token = gen_random_uuid()::text; RETURN NULL; END $$",
    ]
    for table, columns in APPEND_ONLY.items():
        for verb, what in (("update", f"UPDATE {columns}"), ("delete", "DELETE")):
            sql.append(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {what} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION analysis_append_only()"
            )
    for table in RULES:
        sql.append(
            f"CREATE TRIGGER {table}_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION analysis_new_rule_version()"
        )
    sql.append("CREATE INDEX analysis_search ON analysis_searchentry USING gin (to_tsvector('simple', words))")
    return sql


def _undo_sqlite() -> list[str]:
    sql = [f"DROP TRIGGER IF EXISTS {t}_no_{v}" for t in APPEND_ONLY for v in ("update", "delete")]
    sql += [f"DROP TRIGGER IF EXISTS {t}_version_{v}" for t in RULES for v in ("insert", "update", "delete")]
    return [*sql, "DROP TABLE analysis_search"]


def _undo_postgresql() -> list[str]:
    sql = [f"DROP TRIGGER IF EXISTS {t}_no_{v} ON {t}" for t in APPEND_ONLY for v in ("update", "delete")]
    sql += [f"DROP TRIGGER IF EXISTS {t}_version ON {t}" for t in RULES]
    sql += ["DROP FUNCTION analysis_append_only()", "DROP FUNCTION analysis_new_rule_version()"]
    return [*sql, "DROP INDEX analysis_search"]


def forwards(apps, schema_editor):
    apps.get_model("analysis", "RuleVersion").objects.create(pk=1, token="first")  # noqa: S106  no password
    for statement in {"sqlite": _sqlite, "postgresql": _postgresql}[schema_editor.connection.vendor]():
        schema_editor.execute(statement, params=None)  # a % in it is no placeholder
    apps.get_model("analysis", "Terms").objects.create(
        scope="house",
        basis="house",
        level="full",
        max_words=60,
        quote_words=15,
        ai="allow",
        embargo_hours=0,
        effective_from=datetime(2000, 1, 1, tzinfo=UTC),
        reason="Our default for a publisher who has stated no terms.",
    )


def backwards(apps, schema_editor):
    for statement in {"sqlite": _undo_sqlite, "postgresql": _undo_postgresql}[schema_editor.connection.vendor]():
        schema_editor.execute(statement, params=None)  # a % in it is no placeholder
    apps.get_model("analysis", "Terms").objects.filter(scope="house").delete()
    apps.get_model("analysis", "RuleVersion").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("analysis", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]

"""Triggers as text, for the migrations that need them. On both engines; making one that is there already renews it.

On SQLite a migration that alters a column may make the whole table anew, and its triggers are gone: whoever alters an
append-only table or one that rules are made of ends with `append_only` or `rules` for it; after terms, with
`recheck_terms` too.
"""


def append_only(schema_editor, tables: dict[str, list[str]], truncate: bool = False) -> None:
    """Nobody changes or deletes a row of these tables; columns named may be emptied, once and for good.

    `truncate`: may PostgreSQL's TRUNCATE still empty a table? So it was before 0005.
    """
    sqlite = schema_editor.connection.vendor == "sqlite"
    for table, erasable in tables.items():
        drop(schema_editor, table)
        allowed = _unless_emptied(schema_editor, table, erasable)
        if sqlite:
            refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            each = ""
        else:
            refuse = "EXECUTE FUNCTION analysis_append_only()"
            each = "FOR EACH ROW "
        _run(
            schema_editor,
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {each}{refuse}",
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {each}{allowed} {refuse}",
        )
        if not sqlite and not truncate:
            _run(
                schema_editor,
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
            )


def rules(schema_editor, *tables: str) -> None:
    """Whoever writes these tables gives the rule version a new token."""
    for table in tables:
        if schema_editor.connection.vendor == "sqlite":
            for verb in ("INSERT", "UPDATE", "DELETE"):
                name = f"{table}_version_{verb.lower()}"
                _run(
                    schema_editor,
                    f"DROP TRIGGER IF EXISTS {name}",
                    f"CREATE TRIGGER {name} AFTER {verb} ON {table} "  # noqa: S608
                    "BEGIN UPDATE analysis_ruleversion SET token = lower(hex(randomblob(16))); END",
                )
        else:
            _run(
                schema_editor,
                f"DROP TRIGGER IF EXISTS {table}_version ON {table}",
                f"CREATE TRIGGER {table}_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION analysis_new_rule_version()",
            )


def recheck_terms(schema_editor) -> None:
    """On SQLite, put back what 0007 made: new terms ask for a recheck. PostgreSQL never lost it."""
    if schema_editor.connection.vendor == "sqlite":
        _run(
            schema_editor,
            "DROP TRIGGER IF EXISTS analysis_terms_recheck_insert",
            "CREATE TRIGGER analysis_terms_recheck_insert AFTER INSERT ON analysis_terms "
            "BEGIN INSERT INTO analysis_recheck (terms_id, due) VALUES (NEW.id, NEW.effective_from); END",
        )


def drop(schema_editor, *tables: str) -> None:
    """Let the rows of these tables be changed, until append_only() is called again."""
    for table in tables:
        on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
        _run(
            schema_editor,
            *(f"DROP TRIGGER IF EXISTS {table}_no_{verb}{on}" for verb in ("update", "delete", "truncate")),
        )


def _unless_emptied(schema_editor, table: str, erasable: list[str]) -> str:
    """A condition that is true for every change but one that empties the erasable columns and nothing else."""
    if not erasable:
        return ""
    with schema_editor.connection.cursor() as cursor:
        columns = [c.name for c in schema_editor.connection.introspection.get_table_description(cursor, table)]
    other = "IS NOT" if schema_editor.connection.vendor == "sqlite" else "IS DISTINCT FROM"
    kept = [f'OLD."{name}" {other} NEW."{name}"' for name in columns if name not in erasable]
    emptied = [f"NEW.\"{name}\" <> ''" for name in erasable]
    return f"WHEN ({' OR '.join(kept + emptied)})"


def _run(schema_editor, *statements: str) -> None:
    for statement in statements:
        schema_editor.execute(statement, params=None)  # a % in it is no placeholder

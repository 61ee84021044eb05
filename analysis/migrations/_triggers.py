"""Triggers as text, for the migrations that need them. On both engines; making one that is there already renews it.

On SQLite a migration that alters a column may make the whole table anew, and its triggers are gone: whoever alters an
append-only table or one that rules are made of ends with `append_only`, or `rules` (since 0010 `rules_in_order`), for
it; after terms, with `recheck_terms` too; whoever alters watch items, with `frozen`; whoever alters entities, since
0025, with `merged_once`.
"""

RULES = ("analysis_terms", "analysis_hold")  # what rules are made of


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


def unchanging(schema_editor, table: str) -> None:
    """Nobody changes a row of this table; it may be deleted with what it belongs to."""
    drop(schema_editor, table)
    refuse = (
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        if schema_editor.connection.vendor == "sqlite"
        else "FOR EACH ROW EXECUTE FUNCTION analysis_append_only()"
    )
    _run(schema_editor, f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}")


def frozen(schema_editor, table: str, columns: list[str], once: str) -> None:
    """Nobody changes these columns of a row in which `once` holds, or deletes it."""
    thaw(schema_editor, table)
    sqlite = schema_editor.connection.vendor == "sqlite"
    differs = "IS NOT" if sqlite else "IS DISTINCT FROM"
    changed = " OR ".join(f'OLD."{name}" {differs} NEW."{name}"' for name in columns)
    if sqlite:
        each, refuse = "", f"BEGIN SELECT RAISE(ABORT, '{table} is frozen'); END"
    else:
        each, refuse = "FOR EACH ROW ", "EXECUTE FUNCTION analysis_frozen()"
        _run(
            schema_editor,
            "CREATE OR REPLACE FUNCTION analysis_frozen() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is frozen', TG_TABLE_NAME; END $$",
        )
    _run(
        schema_editor,
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} {each}WHEN (OLD.{once} AND ({changed})) {refuse}",
        f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} {each}WHEN (OLD.{once}) {refuse}",
    )


def thaw(schema_editor, table: str) -> None:
    """Take off what frozen() puts on."""
    on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
    _run(schema_editor, *(f"DROP TRIGGER IF EXISTS {table}_{name}{on}" for name in ("frozen", "stays")))


def rules(schema_editor, *tables: str) -> None:
    """Whoever writes these tables gives the rule version a new token."""
    for table in tables:
        if schema_editor.connection.vendor == "sqlite":
            for verb in ("INSERT", "UPDATE", "DELETE"):
                _version(schema_editor, table, verb, "token = lower(hex(randomblob(16)))")
        else:
            _run(
                schema_editor,
                f"DROP TRIGGER IF EXISTS {table}_version ON {table}",
                f"CREATE TRIGGER {table}_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION analysis_new_rule_version()",
            )


def rules_in_order(schema_editor) -> None:
    """As rules(), for terms and holds, since 0010: the version row keeps its earlier tokens.

    They are forgotten when a statement of terms is changed or deleted, which only whoever takes the guards off can do.
    On PostgreSQL the version row is locked before a statement gets its id: so ids are in the order of commits. SQLite
    has one writer at a time.
    """
    kept = "substr(token || ' ' || earlier, 1, 740)"
    if schema_editor.connection.vendor == "sqlite":
        for table in RULES:
            for verb in ("INSERT", "UPDATE", "DELETE"):
                changed = table == "analysis_terms" and verb != "INSERT"
                earlier = "''" if changed else kept
                _version(schema_editor, table, verb, f"earlier = {earlier}, token = lower(hex(randomblob(16)))")
        return
    _run(
        schema_editor,
        "CREATE OR REPLACE FUNCTION analysis_new_rule_version() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608
        "UPDATE analysis_ruleversion SET token = gen_random_uuid()::text, earlier = CASE "
        f"WHEN TG_TABLE_NAME = 'analysis_terms' AND TG_OP <> 'INSERT' THEN '' ELSE {kept} END; RETURN NULL; END $$",
        *(
            statement
            for table in RULES
            for statement in (
                f"DROP TRIGGER IF EXISTS {table}_version ON {table}",
                f"CREATE TRIGGER {table}_version BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION analysis_new_rule_version()",
            )
        ),
    )


def rules_off(schema_editor) -> None:
    """Take off what rules() and rules_in_order() put on."""
    for table in RULES:
        if schema_editor.connection.vendor == "sqlite":
            for verb in ("insert", "update", "delete"):
                _run(schema_editor, f"DROP TRIGGER IF EXISTS {table}_version_{verb}")
        else:
            _run(schema_editor, f"DROP TRIGGER IF EXISTS {table}_version ON {table}")


def _version(schema_editor, table: str, verb: str, change: str) -> None:
    name = f"{table}_version_{verb.lower()}"
    _run(
        schema_editor,
        f"DROP TRIGGER IF EXISTS {name}",
        f"CREATE TRIGGER {name} AFTER {verb} ON {table} BEGIN UPDATE analysis_ruleversion SET {change}; END",  # noqa: S608
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


def merged_once(schema_editor) -> None:
    """No entity is merged into one that is merged itself: so no chain of merges ever comes back to where it began."""
    merged_freely(schema_editor)
    if schema_editor.connection.vendor == "sqlite":
        held = "SELECT 1 FROM analysis_entity WHERE id = NEW.merged_into_id AND merged_into_id IS NOT NULL"
        for verb, changed in (("INSERT", ""), ("UPDATE", "OLD.merged_into_id IS NOT NEW.merged_into_id AND ")):
            _run(
                schema_editor,
                f"CREATE TRIGGER analysis_entity_merged_{verb.lower()} BEFORE {verb} ON analysis_entity "
                f"WHEN {changed}EXISTS ({held}) BEGIN SELECT RAISE(ABORT, 'merged itself'); END",
            )
        return
    # The row that it is merged into is locked: of two who merge each into the other at once, one has to wait and look.
    _run(
        schema_editor,
        "CREATE OR REPLACE FUNCTION analysis_merged_once() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "DECLARE further bigint; BEGIN "
        "IF TG_OP = 'UPDATE' AND OLD.merged_into_id IS NOT DISTINCT FROM NEW.merged_into_id THEN RETURN NEW; END IF; "
        "SELECT merged_into_id INTO further FROM analysis_entity WHERE id = NEW.merged_into_id FOR SHARE; "
        "IF further IS NOT NULL THEN "
        "RAISE EXCEPTION 'merged itself' USING ERRCODE = 'integrity_constraint_violation'; "
        "END IF; RETURN NEW; END $$",
        "CREATE TRIGGER analysis_entity_merged BEFORE INSERT OR UPDATE OF merged_into_id ON analysis_entity "
        "FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL) EXECUTE FUNCTION analysis_merged_once()",
    )


def merged_freely(schema_editor) -> None:
    """Take off what merged_once() puts on."""
    if schema_editor.connection.vendor == "sqlite":
        names = ("analysis_entity_merged_insert", "analysis_entity_merged_update")
        _run(schema_editor, *(f"DROP TRIGGER IF EXISTS {name}" for name in names))
    else:
        _run(
            schema_editor,
            "DROP TRIGGER IF EXISTS analysis_entity_merged ON analysis_entity",
            "DROP FUNCTION IF EXISTS analysis_merged_once()",
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

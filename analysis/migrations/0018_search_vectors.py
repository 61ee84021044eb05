"""PostgreSQL keeps the words of the search index as a vector: to make one of a long text takes half a millisecond, and
search reads thousands. On a large archive this takes minutes, for the table is written anew."""

from django.db import migrations

VECTOR = """
DROP INDEX IF EXISTS analysis_search;
ALTER TABLE analysis_searchentry ADD COLUMN vector tsvector GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED;
CREATE INDEX analysis_search ON analysis_searchentry USING gin (vector);
-- A function, for its setting: whatever the planner thinks of a word, it asks the index and reads no table of vectors.
CREATE FUNCTION analysis_found(asked text) RETURNS SETOF bigint LANGUAGE sql STABLE SET enable_seqscan = off AS
    $$ SELECT story_id FROM analysis_searchentry WHERE vector @@ to_tsquery('simple', asked) $$;
"""
NO_VECTOR = """
DROP FUNCTION analysis_found;
DROP INDEX IF EXISTS analysis_search;
ALTER TABLE analysis_searchentry DROP COLUMN vector;
CREATE INDEX analysis_search ON analysis_searchentry USING gin (to_tsvector('simple', words));
"""


def keep(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(VECTOR)


def leave(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(NO_VECTOR)


class Migration(migrations.Migration):
    dependencies = [("analysis", "0017_saved_windows")]

    operations = [migrations.RunPython(keep, leave)]

"""All events in one chain of hashes, and the triggers of every table that 0004 made or made anew.

An event was chained to the one before it in its own case; now to the one before it in the whole record. The rows keep
what they say; position and hashes are made anew, here and never again.
"""

import hashlib
import json
from datetime import UTC

from django.db import migrations, models

from analysis.migrations import _triggers

APPEND_ONLY = {
    "analysis_terms": [],
    "analysis_event": [],
    "analysis_proof": [],
    "analysis_decision": ["reason"],
    "analysis_statement": ["text"],
}


def let_change(apps, schema_editor):
    _triggers.drop(schema_editor, *APPEND_ONLY)


def chain(apps, schema_editor):
    length, head = 0, ""
    for event in apps.get_model("analysis", "Event").objects.order_by("id").iterator():
        length += 1
        event.position, event.previous = length, head
        event.sha256 = head = _hash(event, head, length, event.case_id)
        event.save()
    apps.get_model("analysis", "Chain").objects.create(pk=1, length=length, head=head)


def unchain(apps, schema_editor):
    last = {}
    for event in apps.get_model("analysis", "Event").objects.order_by("id").iterator():
        number, head = last.get(event.case_id, (0, ""))
        event.position, event.previous, event.number = None, head, number + 1
        event.sha256 = _hash(event, head, event.case_id, event.number)
        last[event.case_id] = (event.number, event.sha256)
        event.save()
    apps.get_model("analysis", "Chain").objects.all().delete()


def _hash(event, *first):
    body = [*first, event.kind, event.data, event.by_id, event.at.astimezone(UTC).isoformat()]
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def guard(apps, schema_editor):
    _triggers.append_only(schema_editor, APPEND_ONLY)
    _triggers.rules(schema_editor, "analysis_terms", "analysis_hold")


class Migration(migrations.Migration):
    dependencies = [("analysis", "0004_cases")]
    operations = [
        migrations.RunPython(let_change, migrations.RunPython.noop),
        migrations.RemoveConstraint("event", "event_number_once"),
        migrations.AlterField("event", "number", models.PositiveIntegerField(default=0)),
        migrations.RunPython(chain, unchain),
        migrations.AlterField("event", "position", models.PositiveBigIntegerField(unique=True)),
        migrations.RemoveField("event", "number"),
        migrations.RunPython(guard, let_change),
    ]

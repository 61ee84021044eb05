"""trust.txt (JournalList): who a site belongs to, and what it says of training. Shown; for the desk to act on."""

from analysis.signals import Said
from newsroom.wire.signals.decoding import text_of
from newsroom.wire.signals.labels import said

_SHOWN = {"datatrainingallowed", "control", "controlledby", "contact"}
MOST = 40


def read(body: bytes, content_type: str = "") -> tuple[Said, ...]:
    """The lines that concern us, in their order."""
    found: list[Said] = []
    for number, line in enumerate(text_of(body, content_type).splitlines(), start=1):
        key, sign, value = line.partition("#")[0].partition("=")
        if sign and value.strip() and key.strip().lower() in _SHOWN and len(found) < MOST:
            found.append(said("trust.txt", key.strip().lower(), value.strip(), line=number))
    return tuple(found)

"""Who may do what: one table, written into three groups after each migration.

A group holds exactly what stands here; what one person needs beside it is given to that person, not to the group.
"""

from django.contrib.auth.models import Group, Permission

_WRITER = {
    # Their own, until it is published (newsroom/admin/stories.py). Writing one makes the articles and entities that it
    # names and that nobody knew yet; changing those afterwards is an editor's.
    "story": ("view", "add", "change", "delete"),
    **dict.fromkeys(("article", "publisher", "domain", "terms", "topic", "desk", "entity", "page"), ("view",)),
}
_EDITOR = {
    **_WRITER,
    "story": (*_WRITER["story"], "publish", "withdraw"),
    "watchitem": ("resolve",),
    "desktask": ("view",),
    "errorreport": ("view", "decide"),
    "domain": ("view", "add", "change", "delete"),
    **dict.fromkeys(("article", "publisher", "topic", "desk"), ("view", "add", "change")),
    "entity": ("view", "add", "change", "merge"),
}
_STANDARDS = {
    **_EDITOR,
    "terms": ("view", "add"),
    "page": ("view", "add", "change"),
    "case": ("view", "change", "decide"),
    "hold": ("view", "add"),
    "decision": ("view", "add"),
    **dict.fromkeys(("caseurl", "event", "outgoingmail"), ("view",)),
}
ROLES = {"writer": _WRITER, "editor": _EDITOR, "standards": _STANDARDS}


def write_groups() -> None:
    """Make the groups hold what the table says. The permissions must exist."""
    known = {p.codename: p for p in Permission.objects.filter(content_type__app_label="analysis")}
    for name, table in ROLES.items():
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.set(known[f"{verb}_{model}"] for model, verbs in table.items() for verb in verbs)

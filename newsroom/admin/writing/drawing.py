"""Parts of the story screen of which there are too many for a template: written out here, every value escaped."""

from collections.abc import Iterable, Sequence
from html import escape  # Django's asks first whether a text is lazy, which of thousands takes its time
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from analysis.merging import Typed
from analysis.models.writing import Stance
from newsroom.admin.writing.typed import MOST

MARKS = {Stance.STATES: "✓", Stance.ATTRIBUTES: "“", Stance.DISPUTES: "✗", Stance.SILENT: "–"}


def options(choices: Iterable[tuple[str, Any]], chosen: set[str]) -> SafeString:
    """The options of a list to choose from."""
    lines = (
        f'<option value="{escape(code)}"{" selected" if code in chosen else ""}>{escape(str(words))}</option>'
        for code, words in choices
    )
    return mark_safe("".join(lines))  # noqa: S308  escaped above


def radios(name: str, choices: Iterable[tuple[str, Any]], chosen: str | None) -> SafeString:
    """Radio buttons, each with its label. `name` holds only what a key may hold."""
    lines = (
        f'<label><input type="radio" name="{name}" value="{escape(code)}"{" checked" if code == chosen else ""}> '
        f"{escape(str(words))}</label>"
        for code, words in choices
    )
    return mark_safe("".join(lines))  # noqa: S308  escaped above


def row_end(row: Any) -> SafeString:
    """What stands at the end of every row, as page.py has it: its order, and how it is moved and removed."""
    words = {"up": _("Move up"), "down": _("Move down"), "order": _("order"), "gone": _("remove")}
    moves = " ".join(
        f'<button type="submit" name="_move" value="{row.id}-{where}" aria-label="{escape(words[where])}" '
        f'title="{escape(words[where])}"{" autofocus" if row.moved == where else ""}>{mark}</button>'
        for where, mark in (("up", "↑"), ("down", "↓"))
    )
    wrong = row.mistakes["position"]
    name, checked = f"{row.id}-DELETE", " checked" if row.gone else ""
    box = f'<input type="checkbox" name="{name}" id="id_{name}" value="on"{checked}>'
    name, place = f"{row.id}-position", escape(row.typed["position"])
    lines = (
        f'<p class="row__end"><span class="moves">{moves}</span> <label>{escape(words["order"])} <input type="number" '
        f'name="{name}" id="id_{name}" min="0" max="999" class="short" value="{place}"></label>',
        f' <span class="wrong">{escape(wrong)}</span>' if wrong else "",
        "" if row.item else f" <label>{box} {escape(words['gone'])}</label>",  # what is public stays
        "</p>",
    )
    return mark_safe("".join(lines))  # noqa: S308  keys are checked, all else escaped


def grid(claims: Sequence[Any], sources: Sequence[Any], typed: Typed) -> SafeString:
    """The cells of the claim × source grid, a table row for each claim; nothing while there are more than can be kept.
    `claims` and `sources` are rows as page.py has them.

    Forty claims and thirty sources are 1,200 cells of five radio buttons, too many for a template: written here, and
    each no more than its name, its value and what a screen reader says. Their marks are drawn by static/css/story.css.
    """
    if not claims or not sources or len(claims) > MOST["claims"] or len(sources) > MOST["sources"]:
        return SafeString()
    stances = [*((str(stance), str(stance.label)) for stance in Stance), ("", _("not judged"))]
    buttons = {now: _buttons(stances, now) for now in (None, *Stance.values, "")}
    columns = [(source.key, escape(source.title)) for source in sources]
    new = _("new claim")
    lines = []
    for n, claim in enumerate(claims, start=1):
        text = claim.typed.get("text", "")
        begins = escape(" ".join(text.split()[:4])[:40])
        cells = []
        for key, who in columns:
            name = f"claims-{claim.key}-stance_{key}"
            now = typed.get(name, [None])[-1]
            drawn = buttons.get(now, buttons[None]).replace(_NAME, name)
            cells.append(f'<td data-who="{who}"><fieldset aria-label="{n} {begins}, {who}">{drawn}</fieldset></td>')
        head = f'<th scope="row"><b data-n="{claim.id}">{n}</b> {escape(text[:160] or new)}</th>'
        lines.append(f'<tr data-judged="{claim.id}">{head}{"".join(cells)}</tr>')
    return mark_safe("".join(lines))  # noqa: S308  every value in it is escaped above, or a word of ours


_NAME = "\0"  # where the name of a cell goes: what no label holds


def _buttons(stances: Iterable[tuple[str, str]], now: str | None) -> str:
    """The radio buttons of a cell in which `now` is chosen."""
    return "".join(
        f'<input type="radio" name="{_NAME}" value="{code}" aria-label="{escape(words)}"'
        f"{' checked' if code == now else ''}>"
        for code, words in stances
    )

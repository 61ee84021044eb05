"""Two entities become one, and two again: each a page that says in numbers what will change, and asks why."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from analysis import editing
from analysis import entities as rules
from analysis.models import Appearance, Entity, EntityChange, Story
from analysis.models.stories import fold
from newsroom.admin import log
from newsroom.admin.entities.steps import WhyForm, back_to, entity_of, merged, page
from newsroom.admin.fields import entities as known_names
from newsroom.admin.site import who
from newsroom.admin.unsent import typed

COUNTED = 1_000  # more stories than these are “more than 1,000”


class MergeForm(WhyForm):
    take = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: QueryDict | None, entity: Entity, into: Entity) -> None:
        super().__init__(data, initial={"seen": into.pk})
        labels = {name: str(getattr(Entity._meta.get_field(name), "verbose_name", name)) for name in rules.TAKEN_OVER}
        offered = [name for name in labels if getattr(entity, name) and not getattr(into, name)]
        if not offered:
            del self.fields["take"]
            return
        take: Any = self.fields["take"]
        take.label = _("What “%(name)s” lacks: take it over?") % {"name": into}
        said = _("%(label)s: %(text)s")
        take.choices = [(name, said % {"label": labels[name], "text": getattr(entity, name)}) for name in offered]


def merge(entities: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """First which other one is asked, in the address; then what would change is shown."""
    entity = entity_of(entities, request, pk)
    if entity.merged_into:
        messages.error(request, merged(entity))
        return back_to(entity)
    asked = request.GET.get("into", "").strip()
    chosen = _named(asked) if asked else None
    context: dict[str, Any] = {"title": _("Merge into another"), "asked": asked, "names": known_names()}
    into = chosen and (chosen.leads_to or chosen)
    if asked and (into is None or into == entity):
        said = _("There is no other entity named “%(name)s”.") % {"name": asked[:120]}
        return page(entities, request, entity, "merge", context | {"error": said}, status=422)
    if not into or not chosen:
        return page(entities, request, entity, "merge", context)

    def run(data: dict[str, Any]) -> None:
        end = rules.merge(entity, into, who(request), data["why"], take=data.get("take", ()))
        said = {"why": data["why"]}
        line = log.line(gettext_noop("Merged into “%(other)s”: %(why)s"), other=end, **said)
        entities.log_change(request, entity, line)
        line = log.line(gettext_noop("“%(other)s” was merged into it: %(why)s"), other=entity, **said)
        entities.log_change(request, end, line)

    form = MergeForm(typed(request), entity, into)
    if request.method == "POST" and _done(form, into, run):
        messages.success(request, _("Merged. “%(name)s” leads to “%(other)s” now.") % {"name": entity, "other": into})
        return back_to(into)
    if chosen != into:
        context["resolved"] = _("“%(name)s” was merged into “%(other)s”.") % {"name": chosen, "other": into}
    context |= {"into": into, "form": form, "changes": _merging(entity, into)}
    return page(entities, request, entity, "merge", context, _status(request, form))


def _merging(entity: Entity, into: Entity) -> list[str]:
    along = list(entity.gathered.all()[: rules.MOST])
    names = [name for one in (entity, *along) for name in (one.name, *one.aliases)]
    of = {
        "name": entity, "other": into, "n": _stories(entity), "m": _stories(into),
        "from": f"/mentions/{entity.slug}/", "to": f"/mentions/{into.slug}/",
    }  # fmt: skip
    said = [
        _("“%(name)s” is named by %(n)s in public, “%(other)s” by %(m)s. All stand on the page and in the feed of "
          "“%(other)s” from now on, each once."),
        _("The address %(from)s and its feed lead to %(to)s."),
        _("No story is changed: those that name “%(name)s” go on naming it."),
        _("The merge can be taken back. Then everything is as it was."),
    ]  # fmt: skip
    said = [sentence % of for sentence in said]
    count = _("In texts these names count as names of “%(other)s”: %(names)s.")
    said.insert(2, count % {"other": into, "names": ", ".join(map(str, names))})
    return said + _along(entity, len(along))


def take_back(entities: Any, request: HttpRequest, pk: int) -> HttpResponse:
    entity = entity_of(entities, request, pk)
    into = entity.merged_into
    if into is None:
        messages.error(request, _("“%(name)s” is not merged into another.") % {"name": entity})
        return back_to(entity)

    def run(data: dict[str, Any]) -> None:
        rules.take_back(entity, into, who(request), data["why"])
        said = {"why": data["why"]}
        line = log.line(gettext_noop("No longer merged into “%(other)s”: %(why)s"), other=into, **said)
        entities.log_change(request, entity, line)
        line = log.line(gettext_noop("“%(other)s” is no longer merged into it: %(why)s"), other=entity, **said)
        entities.log_change(request, into, line)

    form = WhyForm(typed(request), initial={"seen": into.pk})
    if request.method == "POST" and _done(form, into, run):
        messages.success(request, _("Taken back. “%(name)s” has its own page again.") % {"name": entity})
        return back_to(entity)
    of = {"name": entity, "other": into, "n": _stories(entity), "from": f"/mentions/{entity.slug}/"}
    changes = [
        _("“%(name)s” has the page %(from)s again, with %(n)s. “%(other)s” keeps those that name it itself.") % of,
        _("In texts its names do not count as names of “%(other)s” any more.") % of,
        *_along(entity, len(rules.below(entity.pk))),
    ]
    change = entity.changes.filter(kind=EntityChange.Kind.MERGED, other=into).first()
    if change and change.took:
        took = ", ".join(str(value) for value in change.took.values())
        changes.append(_("“%(other)s” gives back what it took over, as far as it has it still: %(took)s.")
                       % {"other": into, "took": took})  # fmt: skip
    context = {"title": _("Take the merge back"), "into": into, "form": form, "changes": changes}
    return page(entities, request, entity, "merge", context, _status(request, form))


def _along(entity: Entity, n: int) -> list[str]:
    said = ngettext(
        "%(n)d entity that was merged into “%(name)s” goes along.",
        "%(n)d entities that were merged into “%(name)s” go along.",
        n,
    )
    return [said % {"n": n, "name": entity}] if n else []


def _done(form: WhyForm, into: Entity, run: Callable[[dict[str, Any]], None]) -> bool:
    """Do it if the form is right and shows what would be done now; what cannot be is said on the form."""
    if not form.is_valid():
        return False
    if form.cleaned_data["seen"] != into.pk:
        data = QueryDict(mutable=True)
        data.update(form.data)
        data["seen"] = str(into.pk)
        form.data = data
        form.add_error(
            None, _("It would be “%(other)s” by now. Look at what changes before you go on.") % {"other": into}
        )
        return False
    try:
        with transaction.atomic():
            run(form.cleaned_data)
    except editing.EditingError as error:
        form.add_error(None, str(error))
        return False
    return True


def _named(words: str) -> Entity | None:
    """The entity of a name, or of an address."""
    entities = Entity.objects.select_related("leads_to")
    return entities.filter(folded=fold(words)).first() or entities.filter(slug=words).first()


def _stories(entity: Entity) -> str:
    """How many public stories name it, or what is found with it, in words."""
    ids = [entity.pk, *entity.gathered.values_list("pk", flat=True)]
    public = Appearance.objects.filter(entity__in=ids, story__status=Story.Status.PUBLISHED)
    n = public.values("story").distinct()[: COUNTED + 1].count()
    if n > COUNTED:
        return _("more than %(n)d stories") % {"n": COUNTED}
    return ngettext("%(n)d story", "%(n)d stories", n) % {"n": n}


def _status(request: HttpRequest, form: forms.Form) -> int:
    return 422 if request.method == "POST" and form.errors else 200

"""An entity that turned out to be two: the new one is named, its stories are chosen, and what will change is shown.

Each story is changed by itself, and what became of it is said.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from analysis import editing
from analysis import entities as rules
from analysis.entities import Moved
from analysis.models import Entity, Mention, Story
from analysis.models.stories import EntityKind
from newsroom.admin import log
from newsroom.admin.bulk import numbers, versions_of
from newsroom.admin.entities.steps import WhyForm, back_to, entity_of, merged, page
from newsroom.admin.site import who
from newsroom.admin.unsent import typed

MOST_STORIES = 100  # that one step changes: each is published by itself, which takes its time
TOLD = 20  # stories of which is told one by one what became of them


class SplitForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name of the new one"), max_length=120)
    kind = forms.ChoiceField(label=gettext_lazy("kind"), choices=EntityKind.choices)
    description = forms.CharField(label=gettext_lazy("description, one line"), max_length=300, required=False)
    aliases = forms.MultipleChoiceField(
        label=gettext_lazy("Other names that go along"), required=False, widget=forms.CheckboxSelectMultiple
    )
    why = WhyForm.base_fields["why"]

    def __init__(self, data: QueryDict | None, entity: Entity, to: Entity | None) -> None:
        super().__init__(data, initial={"kind": entity.kind})
        aliases: Any = self.fields["aliases"]
        aliases.choices = [(name, name) for name in entity.aliases]
        if to or not entity.aliases:
            del self.fields["aliases"]
        if to:
            for name in ("name", "kind", "description"):
                del self.fields[name]

    def clean_name(self) -> str:
        made = Entity(name=self.cleaned_data["name"])
        try:
            made.clean()
        except ValidationError as error:
            raise ValidationError(error.message_dict["name"]) from error
        return made.name


def split(entities: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The new one and its stories are chosen first; then what would change is shown; then it is done. `to` in the
    address: one that was split off before, for which there are more stories."""
    entity = entity_of(entities, request, pk, "analysis.publish_story")
    if entity.merged_into:
        messages.error(request, merged(entity))
        return back_to(entity)
    to = entity.split_off.filter(pk__in=numbers([request.GET.get("to", "")]), merged_into=None).first()
    data = typed(request)
    form = SplitForm(data, entity, to)
    seen = versions_of(data.getlist("story")) if data else {}
    valid = data is not None and form.is_valid()
    if request.method == "POST" and "back" not in request.POST:
        if not 0 < len(seen) <= MOST_STORIES:
            valid = False
            form.add_error(None, _("Choose from 1 to %(n)d stories.") % {"n": MOST_STORIES})
        elif valid and "confirmed" in request.POST:
            try:
                return _split(entities, request, entity, to, form.cleaned_data, seen)
            except editing.EditingError as error:
                form.add_error(None, str(error))
        elif valid:
            changes = _splitting(entity, to, form.cleaned_data, seen)
            context = {"form": form, "changes": changes, "seen": seen, "to": to}
            return page(entities, request, entity, "split_confirm", {"title": _("Split"), **context})
    before = next(iter(numbers([request.GET.get("before", "")])), None)
    rows = _stories_of(entity, before)
    context = {
        "form": form,
        "to": to,
        "rows": rows[:MOST_STORIES],
        "chosen": seen,
        "older": rows[MOST_STORIES - 1].pk if len(rows) > MOST_STORIES else None,
        "title": _("Split off “%(name)s”: more stories") % {"name": to} if to else _("Split"),
    }
    status = 422 if form.errors and request.method == "POST" and "back" not in request.POST else 200
    return page(entities, request, entity, "split", context, status)


def _stories_of(entity: Entity, before: int | None) -> list[Story]:
    """The stories that are saved with it, or with what is found with it, newest first: a page of them, and one more."""
    ids = [entity.pk, *entity.gathered.values_list("pk", flat=True)]
    mentions = Mention.objects.filter(entity__in=ids, **({"story__lt": before} if before else {}))
    stories = mentions.order_by("-story_id").values_list("story", flat=True).distinct()[: MOST_STORIES + 1]
    return list(Story.objects.filter(pk__in=list(stories)).order_by("-pk"))


def _splitting(entity: Entity, to: Entity | None, data: dict[str, Any], seen: dict[int, int]) -> list[str]:
    statuses = list(Story.objects.filter(pk__in=seen).values_list("status", flat=True))
    public, withdrawn = (statuses.count(s) for s in (Story.Status.PUBLISHED, Story.Status.WITHDRAWN))
    name = to.name if to else data["name"]
    said = []
    if not to:
        said.append(_("“%(new)s” is made. The page of each leads to the other, “see also”.") % {"new": name})
    if data.get("aliases"):
        names = {"new": name, "names": ", ".join(data["aliases"])}
        said.append(_("From now on these are names of “%(new)s”: %(names)s.") % names)
    for n, sentence in (
        (public, ngettext(
            "%(n)d public story names “%(new)s” and no longer “%(old)s”. It is published again at once, as a minor "
            "edit in your name. If it has changes that are not public yet, or cannot be published, that is left to "
            "do, and a remark on the story says so.",
            "%(n)d public stories name “%(new)s” and no longer “%(old)s”. They are published again at once, as minor "
            "edits in your name. Where one has changes that are not public yet, or cannot be published, that is left "
            "to do, and a remark on the story says so.", public)),
        (len(statuses) - public - withdrawn, ngettext(
            "%(n)d story that is not public is changed as it is saved.",
            "%(n)d stories that are not public are changed as they are saved.", len(statuses) - public - withdrawn)),
        (withdrawn, ngettext("%(n)d story was withdrawn, and stays as it is.",
                             "%(n)d stories were withdrawn, and stay as they are.", withdrawn)),
    ):  # fmt: skip
        if n:
            said.append(sentence % {"n": n, "new": name, "old": entity.name})
    return said


def _split(
    entities: Any, request: HttpRequest, entity: Entity, to: Entity | None, data: dict[str, Any], seen: dict[int, int]
) -> HttpResponse:
    """Raises EditingError, with nothing changed, if the new one cannot be made; each story is changed by itself."""
    by = who(request)
    if to is None:
        with transaction.atomic():
            new = Entity(name=data["name"], kind=data["kind"], description=data["description"])
            to = rules.split(entity, new, by, data["why"], aliases=data.get("aliases", ()))
            line = log.line(gettext_noop("Split from “%(other)s”: %(why)s"), other=entity, why=data["why"])
            entities.log_addition(request, to, line)
            line = log.line(gettext_noop("“%(other)s” was split from it: %(why)s"), other=to, why=data["why"])
            entities.log_change(request, entity, line)
    stories = entities.admin_site.get_model_admin(Story)
    became: dict[Moved, list[Story]] = {one: [] for one in Moved}
    left: list[str] = []
    line = log.line(gettext_noop("Names “%(new)s” instead of “%(old)s”"), new=to, old=entity)
    for story in Story.objects.filter(pk__in=seen).order_by("-pk"):
        try:
            if not stories.has_change_permission(request, story):
                raise rules.EntityError(_("You may not change it."))
            with transaction.atomic():
                moved = rules.move(story, entity, to, by, version=seen[story.pk], why=log.written(line))
                entities.log_change(request, story, line)
            became[moved].append(story)
        except editing.EditingError as error:
            left.append(_("“%(story)s” was left as it is. %(why)s") % {"story": story, "why": error})
    _tell(request, to, became, left)
    return back_to(to)


def _tell(request: HttpRequest, to: Entity, became: dict[Moved, list[Story]], left: list[str]) -> None:
    published, saved = len(became[Moved.PUBLISHED]), len(became[Moved.SAVED])
    if published:
        said = ngettext(
            "%(n)d story names “%(new)s” in public now.", "%(n)d stories name “%(new)s” in public now.", published
        )
        messages.success(request, said % {"n": published, "new": to})
    if saved:
        said = ngettext("%(n)d story that is not public names “%(new)s” now.",
                        "%(n)d stories that are not public name “%(new)s” now.", saved)  # fmt: skip
        messages.success(request, said % {"n": saved, "new": to})
    waits = _("“%(story)s” is changed and not public yet: a remark on it says what is left to do.")
    lines = [waits % {"story": story} for story in became[Moved.WAITS]] + left
    for said in lines[:TOLD]:
        messages.warning(request, said)
    if (more := len(lines) - TOLD) > 0:
        said = ngettext("And %(n)d more story has something left to do.",
                        "And %(n)d more stories have something left to do.", more)  # fmt: skip
        messages.warning(request, said % {"n": more})

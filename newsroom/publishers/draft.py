"""A request in the making: the answers given so far, right or wrong, in the sender's session until it is submitted."""

import hashlib
import json
from uuid import UUID, uuid4

from django.contrib.sessions.backends.base import SessionBase

from analysis.models import Case
from analysis.rights import Request, statute
from newsroom.forms import Step
from newsroom.publishers.questions import STEPS, LawForm, PagesForm

_DRAFT = "takedown_draft"
_SENT = "takedown_sent"  # submission -> reference, so that a second click finds the case that the first one made
_KEPT = 20


class Draft:
    def __init__(self, session: SessionBase) -> None:
        self.session = session
        kept = session.get(_DRAFT) or {"submission": str(uuid4()), "answers": {}}
        self.submission: str = kept["submission"]
        self.answers: dict[str, dict[str, str]] = kept["answers"]
        self.room: str = kept.get("room", "")  # the reference of the case from whose room it is filed

    def keep(self, name: str, data: dict[str, str]) -> None:
        self.answers[name] = data
        self.session[_DRAFT] = {"submission": self.submission, "answers": self.answers, "room": self.room}

    def begin_in_room(self, case: Case, pages: str) -> None:
        """Start afresh as the sender of a case, about these pages."""
        self.submission, self.answers, self.room = str(uuid4()), {}, case.reference
        self.keep("pages", {"pages": pages})
        self.keep("who", {"name": case.name, "organisation": case.organisation, "relation": case.relation})
        self.keep("contact", {"email": case.email, "language": case.language})

    @property
    def order(self) -> list[str]:
        """The steps of this request: what the law wants is asked only of a legal demand."""
        kind = self.answers.get("why", {}).get("kind", "")
        return [name for name in STEPS if name != "law" or statute.wanted(kind)]

    def form(self, name: str) -> Step:
        """A step's form with the answer that was kept, judged."""
        return self._make(name, data=self.answers.get(name))

    def blank(self, name: str, initial: dict[str, str]) -> Step:
        """A step's form as a page that asks: with the answer that was kept, else `initial`, and not judged yet."""
        return self._make(name, initial=self.answers.get(name, initial))

    @property
    def digest(self) -> str:
        """Of all that would be sent. Another tab may change an answer after a page has shown it."""
        said = [self.submission, self.room, [(name, self.answers.get(name)) for name in self.order]]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    def missing(self, before: str = "") -> str:
        """The first step, of those before a step, that has no good answer yet; empty if all have."""
        for name in self.order:
            if name == before:
                break
            if not self.form(name).is_valid():
                return name
        return ""

    def request(self) -> Request:
        """The finished request. Only when nothing is missing."""
        said: dict[str, str] = {}
        law: dict[str, str] = {}
        urls: list[str] = []
        for name in self.order:
            form = self.form(name)
            form.is_valid()
            if isinstance(form, LawForm):
                law = form.cleaned_data
            else:
                said |= form.cleaned_data
            if isinstance(form, PagesForm):
                urls = [line for _number, line in form.numbered]
        del said["pages"], said["file"]
        said["explanation"] = said["explanation"].replace("\r\n", "\n")
        return Request(submission=UUID(self.submission), urls=urls, statute=law, **said)

    def finish(self, reference: str) -> None:
        """Remember what became of it, and let a new request start fresh."""
        sent = {**self.session.get(_SENT, {}), self.submission: reference}
        self.session[_SENT] = dict(list(sent.items())[-_KEPT:])
        self.session.pop(_DRAFT, None)

    def _make(self, name: str, **arguments: dict[str, str] | None) -> Step:
        if name == "law":
            kind = self.answers.get("why", {}).get("kind", "")
            return LawForm(arguments.get("data"), arguments.get("initial"), kind)
        return STEPS[name](**arguments)


def sent_as(session: SessionBase, submission: str) -> str:
    """The reference of the case that this browser made of a submission; empty if it made none."""
    reference: str = session.get(_SENT, {}).get(submission, "")
    return reference


def filed(session: SessionBase, reference: str) -> bool:
    """Whether this browser filed the case."""
    return reference in session.get(_SENT, {}).values()

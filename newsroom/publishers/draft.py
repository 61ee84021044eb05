"""A request in the making: the answers given so far, right or wrong, in the sender's session until it is submitted."""

from uuid import UUID, uuid4

from django.contrib.sessions.backends.base import SessionBase

from analysis.rights import Request
from newsroom.publishers.forms import STEPS, PagesForm, Step

_DRAFT = "takedown_draft"
_SENT = "takedown_sent"  # submission -> reference, so that a second click finds the case that the first one made
_KEPT = 20


class Draft:
    def __init__(self, session: SessionBase) -> None:
        self.session = session
        kept = session.get(_DRAFT) or {"submission": str(uuid4()), "answers": {}}
        self.submission: str = kept["submission"]
        self.answers: dict[str, dict[str, str]] = kept["answers"]

    def keep(self, name: str, data: dict[str, str]) -> None:
        self.answers[name] = data
        self.session[_DRAFT] = {"submission": self.submission, "answers": self.answers}

    def form(self, name: str) -> Step:
        """A step's form with the answer that was kept, judged."""
        return STEPS[name](self.answers.get(name))

    def blank(self, name: str, initial: dict[str, str]) -> Step:
        """A step's form as a page that asks: with the answer that was kept, else `initial`, and not judged yet."""
        return STEPS[name](initial=self.answers.get(name, initial))

    def missing(self, before: str = "") -> str:
        """The first step, of those before a step, that has no good answer yet; empty if all have."""
        for name in STEPS:
            if name == before:
                break
            if not self.form(name).is_valid():
                return name
        return ""

    def request(self) -> Request:
        """The finished request. Only when nothing is missing."""
        forms = [self.form(name) for name in STEPS]
        said: dict[str, str] = {}
        urls: list[str] = []
        for form in forms:
            form.is_valid()
            said |= form.cleaned_data
            if isinstance(form, PagesForm):
                urls = [line for _number, line in form.numbered]
        said.pop("pages")
        said["explanation"] = said["explanation"].replace("\r\n", "\n")
        return Request(submission=UUID(self.submission), urls=urls, **said)

    def finish(self, reference: str) -> None:
        """Remember what became of it, and let a new request start fresh."""
        sent = {**self.session.get(_SENT, {}), self.submission: reference}
        self.session[_SENT] = dict(list(sent.items())[-_KEPT:])
        self.session.pop(_DRAFT, None)


def sent_as(session: SessionBase, submission: str) -> str:
    """The reference of the case that this browser made of a submission; empty if it made none."""
    reference: str = session.get(_SENT, {}).get(submission, "")
    return reference


def filed(session: SessionBase, reference: str) -> bool:
    """Whether this browser filed the case."""
    return reference in session.get(_SENT, {}).values()

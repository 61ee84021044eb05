"""The removal receipt: the public pages are really asked whether they obey a decision, and what they answered is kept.

It asks our own origin, as anybody would, through whatever stands in front of it; and nobody else. No word of a story
goes into a row, a log or an address.
"""

import html
import logging
import re
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import urllib3
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, IntegerField, OuterRef, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from analysis import receipts
from analysis.models import Case, Check, Decision, Event, Terms
from analysis.receipts import Expectation
from analysis.rights.record import record
from analysis.withheld import occurring, readings

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 50  # every ten minutes: a working day, then a person has to look
A_ROUND = 20  # decisions asked about anew, and as many for the first time
FORGOTTEN = timedelta(days=1)  # for so long, a decision that was not asked about is found
ASKING = timedelta(minutes=5)  # so long it may take the task that asks about a decision to get there
MAX_BYTES = 16 * 1024 * 1024
DEADLINE = 20  # seconds for one answer, from its first byte to its last
_SILENT_IN_A_ROW = 3  # then the server is away, and the rest need not be asked one by one

SURFACES = {
    "page": gettext_lazy("Story page"),
    "timeline": gettext_lazy("Its matter in time"),
    "api": gettext_lazy("API"),
    "claim": gettext_lazy("Page of a claim"),
    "past_caches": gettext_lazy("Story page, past every cache"),
    "jsonld": gettext_lazy("Data for machines in the page (JSON-LD)"),
    "history": gettext_lazy("History of the story"),
    "report": gettext_lazy("Form for errors on the page"),
    "search": gettext_lazy("Search"),
    "home": gettext_lazy("Home page"),
    "feed": gettext_lazy("Feed"),
    "list": gettext_lazy("List"),
    "sitemap": gettext_lazy("Sitemap"),
    "removed": gettext_lazy("Sitemap of removed pages"),
}

NO_ANSWER = gettext_noop("no answer")
WRONG_STATUS = gettext_noop("not what it must answer")
SAYS = gettext_noop("says what is withheld")
LISTS = gettext_noop("still lists the page")
SILENT = gettext_noop("does not list what was removed")
KEPT = gettext_noop("a cache may keep it")
INDEXED = gettext_noop("a search engine may keep it")
UNBLOCKED = gettext_noop("does not say who took it down")

_JSON_LD = re.compile(r"<script[^>]*application/ld\+json[^>]*>(.*?)</script>", re.S | re.I)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: urllib3.HTTPHeaderDict
    body: str


def ask(decision: Decision) -> None:
    """Ask every surface that is not known to obey a decision, and keep the answers: Check rows, an event, the log.

    Asked anew, it asks only what disobeyed or was silent before. Each line is asked at most MAX_ATTEMPTS times. That
    there was nothing to ask, because what was decided touches no story, is an event too: it is found out once.
    """
    receipt = receipts.expected(decision)
    lines = {settings.ORIGIN + line.path: line for line in receipt.lines if _is_here(line.path)}
    before = {check.url: check for check in decision.checks.all()}
    # What no line speaks of any more does not rest on it any more.
    decision.checks.filter(~Q(obeyed=True)).exclude(url__in=lines).delete()
    due = {url: line for url, line in lines.items() if _is_due(before.get(url))}
    answers: dict[str, Answer | None] = {}
    with urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=3, read=10), retries=False, headers={"User-Agent": "ContextDesk-receipt"}
    ) as pool:
        for url, line in due.items():
            asked = url.partition("#")[0]
            if asked not in answers:
                away = [*answers.values()][-_SILENT_IN_A_ROW:] == [None] * _SILENT_IN_A_ROW
                answers[asked] = None if away else _get(pool, asked)
            _keep(decision, url, line, answers[asked])
    if due or (not before and decision.made.exists()):
        _record(decision, receipt.more)


def ask_again() -> int:
    """Ask anew what disobeyed or was silent, of the newest A_ROUND decisions where something did; and what nobody has
    asked since it was decided, as of a decision made in the shell, of the oldest A_ROUND. Returns of how many."""
    failing = Check.objects.filter(~Q(obeyed=True), attempts__lt=MAX_ATTEMPTS).values("decision")
    decisions = list(Decision.objects.filter(pk__in=failing).order_by("-pk")[:A_ROUND])
    now = timezone.now()
    made = Terms.objects.filter(case=OuterRef("case"), effective_from=OuterRef("decided_at"))
    told = Event.objects.annotate(about=Cast(KT("data__number"), IntegerField())).filter(
        kind="checked", case=OuterRef("case"), about=OuterRef("number")
    )
    unasked = Decision.objects.filter(decided_at__gt=now - FORGOTTEN, decided_at__lte=now - ASKING)
    decisions += unasked.filter(Exists(made), ~Exists(told), checks=None).order_by("pk")[:A_ROUND]
    for decision in decisions:
        ask(decision)
    return len(decisions)


def faults(line: Expectation, answer: Answer) -> list[str]:
    """What is wrong with an answer, in the words above; nothing if it obeys."""
    body = answer.body
    if "#" in line.path:
        body = " ".join(_JSON_LD.findall(body))
    if body.startswith("BEGIN:VCALENDAR"):
        body = body.replace("\r\n ", "").replace("\\n", "\n")  # RFC 5545 sections 3.1 and 3.3.11
    if line.path.startswith("/api/"):
        body = body.replace("\\n", "\n").replace('\\"', '"')  # RFC 8259 section 7, as far as words touch it
    plain = html.unescape(body)
    gone = answer.status in (410, 451)
    control = answer.headers.get("Cache-Control", "")
    wrong = {
        WRONG_STATUS: answer.status not in line.statuses,
        SAYS: occurring(line.withheld, readings(body)),
        LISTS: any(path in plain for path in line.absent),
        SILENT: any(path not in plain for path in line.present),
        KEPT: "no-store" not in control and (gone or "no-cache" not in control),
        INDEXED: gone and "noindex" not in answer.headers.get("X-Robots-Tag", ""),
        UNBLOCKED: answer.status == 451 and 'rel="blocked-by"' not in answer.headers.get("Link", ""),
    }
    return [fault for fault, is_so in wrong.items() if is_so]


def of_case(case: Case) -> dict[str, Any] | None:
    """What templates/publishers/receipt.html shows: the receipt of the newest decision that has one; None if none has.

    `lines`: `surface`, `path`, `url`, `obeyed` (None: could not be asked), `found`, `at`; those that failed first.
    """
    decision = (case.joined_to or case).decisions.filter(checks__isnull=False).order_by("number").last()
    if decision is None:
        return None
    checks = sorted(decision.checks.all(), key=lambda check: (check.obeyed is True, check.pk))
    told = decision.case.events.filter(kind="checked").last()
    return {
        "lines": [
            {
                "surface": SURFACES.get(check.surface, check.surface),
                "path": check.url.removeprefix(settings.ORIGIN),
                "url": check.url,
                "obeyed": check.obeyed,
                "found": ", ".join(_(part) for part in check.found.split("; ")),
                "at": check.at,
            }
            for check in checks
        ],
        "failed": sum(check.obeyed is False for check in checks),
        "unasked": sum(check.obeyed is None for check in checks),
        "more": bool(told and told.data.get("more")),
        "most": receipts.MAX_STORIES,
    }


def _is_here(path: str) -> bool:
    try:
        resolve(path.partition("?")[0].partition("#")[0])
    except Resolver404:
        return False
    return True


def _is_due(check: Check | None) -> bool:
    return check is None or (not check.obeyed and check.attempts < MAX_ATTEMPTS)


def _get(pool: urllib3.PoolManager, url: str) -> Answer | None:
    """What an address of ours answers; None if it does not, in time and in bounds. Redirects are answers."""
    if url.endswith("?asked"):
        url += f"={secrets.token_hex(8)}"  # no cache has seen this address
    until = time.monotonic() + DEADLINE
    try:
        response = pool.request("GET", url, redirect=False, preload_content=False)
        try:
            body = b""
            for chunk in response.stream(65_536):
                body += chunk
                if len(body) > MAX_BYTES or time.monotonic() > until:
                    return None
            return Answer(response.status, response.headers, body.decode(errors="replace"))
        finally:
            response.close()
    except (urllib3.exceptions.HTTPError, OSError):
        return None


def _keep(decision: Decision, url: str, line: Expectation, answer: Answer | None) -> None:
    wrong = faults(line, answer) if answer else [NO_ANSWER]
    found = "; ".join([str(answer.status), *wrong] if answer else wrong)
    said = {"obeyed": None if answer is None else not wrong, "found": found, "at": timezone.now()}
    Check.objects.update_or_create(
        decision=decision,
        url=url,
        defaults={**said, "attempts": F("attempts") + 1},
        create_defaults={**said, "surface": line.surface, "story_id": line.story_id},
    )
    if wrong:
        logger.error("%s, decision %s, is not obeyed: %s: %s", decision.case, decision.number, url, found)


def _record(decision: Decision, more: bool) -> None:
    """Append to the record how it stands, if that has changed."""
    obeyed = list(decision.checks.values_list("obeyed", flat=True))
    data = {"number": decision.number, "checked": len(obeyed)}
    if obeyed:
        data |= {"failed": obeyed.count(False), "unasked": obeyed.count(None)}
    if more:
        data["more"] = True
    with transaction.atomic():
        last = decision.case.events.filter(kind="checked").last()
        if last is None or last.data != data:
            record(decision.case, "checked", timezone.now(), data=data)

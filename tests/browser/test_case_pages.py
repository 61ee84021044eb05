"""The private pages of a case and the desk's, on a phone and a desk, light and dark, in English and French: axe finds
nothing, and nothing is wider than the screen. With PICTURES set to a directory, each is kept there as a picture."""

import os
from pathlib import Path

import pytest

from tests.browser.people import hire, log_in
from tests.browsing import axe, follow

HOST = "halmouth-ledger.test"
CASES = f"""
from uuid import uuid4
from django.contrib.auth.models import User
from analysis import rights
from analysis.models import Citation
from newsroom import mail
urls = [c.article.url for c in Citation.objects.filter(article__url__contains={HOST!r}, role='original')[:3]]
def filed(kind, language, *more):
    case = rights.open_case(rights.Request(submission=uuid4(), urls=[*urls, *more], want='remove', kind=kind,
        explanation='We would rather be read than summarised.\\n' * 3, name='Rights desk',
        organisation='Halmouth Ledger, syndication and archives', relation='publisher',
        email=f'rights-{{uuid4().hex[:6]}}@{HOST}', language=language), '127.0.0.1')
    rights.confirm(case)
    return case
by, other = User.objects.get(username='standards'), User.objects.create_user('second', is_staff=True)
long = filed('opt_out', 'en', 'https://{HOST}/' + 'a-very-long-address/' * 12, 'no address at all',
    'https://h\\u0430lmouth-ledger.test/1', urls[0] + '?utm_source=x', '=HYPERLINK("https://x.test")')
rights.prove(rights.challenge(long, {HOST!r}), 'dns', True)
rights.prove(rights.challenge(long, 'www.{HOST}'), 'mail', False)
long.refresh_from_db()
rights.take_up(long, by); rights.note(long, by, 'A word among us.'); rights.answer(long, by, 'Which of the pages?')
rights.write(long, 'All of them. ' * 60)
rights.decide(long, by, rights.Ruling('granted', 'remove', 'The work is yours.\\n\\nThe pages are gone.'))
rights.give_reasons(long, by, 'What was decided\\nAll of it.\\n\\nGround\\nYours.')
rights.appeal(long, 'Please bring the first page back.')
first = long.terms.get(value=urls[0])
rights.decide(long, other, rights.Ruling('partly', 'restore', 'The first page is back.', restore=(first.pk,)))
demand = filed('copyright', 'fr', 'https://elsewhere.test/1')
rights.challenge(demand, 'elsewhere.test')
contested = filed('privacy', 'en', 'https://elsewhere.test/2')
rights.decide(contested, by, rights.Ruling('declined', 'none', 'No.')); rights.appeal(contested, 'Look again.')
for case in (long, demand, contested): print(case.pk, case.reference, mail.token('case', case.reference))
"""
HELD = f"""
from analysis import rights
from analysis.models import Case, Citation
cited = Citation.objects.exclude(article__url__contains={HOST!r}).filter(role='original', story__status='published')
case = rights.open_case(rights.Request(submission='6b2f0f4e-58e1-4b37-9f5c-0d8f3f6c2a11', urls=[cited[0].article.url],
    want='remove', kind='opt_out', explanation='Ours.', name='Desk', organisation='', relation='publisher',
    email='rights@elsewhere.test', language='en'), '127.0.0.1')
rights.confirm(case)
rights.hold(case, None, 'short')
print(case.pk)
"""
LOOKS = [
    ("phone-light", {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "locale": "en-GB"}),
    ("phone-dark-fr", {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "locale": "fr-FR"}),
    ("wide-light-fr", {"color_scheme": "light", "locale": "fr-FR"}),
    ("wide-dark", {"color_scheme": "dark", "locale": "en-GB"}),
]


@pytest.mark.parametrize(("look", "options"), LOOKS, ids=[look for look, _options in LOOKS])
def test_every_page_of_a_case(open_site, open_page, look, options):
    site = open_site(demonstration=True)
    name, password = hire(site, "standards")
    (long_pk, long, key), (demand_pk, demand, demand_key), (contested_pk, contested, contested_key) = (
        line.split() for line in site.shell(CASES).splitlines()
    )
    page = open_page(**options)

    def look_at(path, name, include=None):
        if path:
            page.goto(site.url + path)
        if directory := os.environ.get("PICTURES"):
            page.screenshot(path=Path(directory) / f"{name}-{look}.png", full_page=True)
        axe(page, include=include)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{page.url} is {wide} pixels wider than the screen"

    look_at(f"/takedown/link/{key}/", "link")
    for token in (key, demand_key, contested_key):
        page.goto(f"{site.url}/takedown/link/{token}/")
        page.locator("main button").click()
    at = "/takedown/cases/"
    look_at(f"{at}{long}/", "case-long")
    look_at(f"{at}{long}/room/", "room")
    look_at(f"{at}{long}/write/", "write")
    look_at(f"{at}{demand}/", "case-demand")
    look_at(f"{at}{demand}/complete/", "complete")
    look_at(f"{at}{demand}/proof/", "proofs")
    look_at(f"{at}{demand}/proof/elsewhere.test/", "proof")
    look_at(f"{at}{contested}/", "case-contested")
    look_at(f"{at}{contested}/withdraw/", "withdraw")
    look_at("/takedown/mailbox/", "mailbox")
    look_at("/takedown/cases/CD-2345-6789/", "unseen")
    if options["locale"] == "en-GB":
        log_in(page, site, name, password)
        look_at("/admin/analysis/case/?whose=me", "desk-list", "#content")
        look_at(f"/admin/analysis/case/{long_pk}/change/", "desk-case", "#content")
        for step in ("decide", "hold", "answer", "assign", "join", "note"):
            look_at(
                f"/admin/analysis/case/{demand_pk if step != 'note' else contested_pk}/{step}/",
                f"desk-{step}",
                "#content",
            )
        look_at(f"/admin/analysis/case/{long_pk}/reasons/", "desk-reasons", "#content")
        held_pk = site.shell(HELD)
        for step in ("hold", "lift"):
            page.goto(f"{site.url}/admin/analysis/case/{held_pk}/{step}/")
            follow(page.locator("input[type=submit]"))
            look_at("", f"desk-{step}-foreseen", "#content")

"""A receipt on the page of a case, and the alarm on the desk."""

import pytest
from django.contrib.auth.models import Group, User
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from analysis.models import Check
from newsroom import receipt
from tests import making
from tests.newsroom import telling

pytestmark = pytest.mark.django_db


def checked(obeyed: bool | None = False, found: str = "200; still lists the page", attempts: int = 1):
    decision = telling.decided(making.published())
    Check.objects.create(decision=decision, surface="page", url="http://127.0.0.1:8000/stories/a/", found="410",
                         obeyed=True, at=timezone.now())  # fmt: skip
    Check.objects.create(decision=decision, surface="feed", url="http://127.0.0.1:8000/feeds/latest.atom",
                         found=found, obeyed=obeyed, at=timezone.now(), attempts=attempts)  # fmt: skip
    return decision.case


def shown(case) -> str:
    return render_to_string("publishers/receipt.html", {"receipt": receipt.of_case(case)})


def test_a_line_that_failed_says_so_by_word_and_shape_and_the_list_is_open():
    page = shown(checked())
    assert "1 address does not obey the decision yet." in page and "<details open>" in page
    row = page[page.index('<tr class="receipt__no">') :]
    assert "<strong>No</strong>" in row and "#i-disputed" in row and "200, still lists the page" in row
    assert "/feeds/latest.atom" in row and "Feed" in row and "<time datetime=" in row


def test_a_receipt_without_a_fault_is_told_in_one_line():
    page = shown(checked(obeyed=True, found="200"))
    assert "2 addresses asked; all obey." in page and "<details>" in page and "receipt__no" not in page


def test_what_could_not_be_asked_is_not_said_to_obey():
    page = shown(checked(obeyed=None, found="no answer"))
    assert "1 address could not be asked." in page and "Not asked" in page and "all obey" not in page


def test_a_case_without_a_receipt_shows_nothing():
    assert shown(telling.decided(making.published()).case).strip() == ""


def desk(role: str) -> Client:
    user = User.objects.create_user(role, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def test_who_may_decide_cases_is_alarmed_on_every_page_of_the_desk():
    case = checked()
    client = desk("standards")
    for path in ("/admin/", "/admin/analysis/case/"):
        page = client.get(path).content.decode()
        assert 'role="alert"' in page and case.reference in page
        assert f'href="/admin/analysis/case/{case.pk}/change/"' in page
    Check.objects.update(obeyed=True)
    assert 'class="alarm"' not in client.get("/admin/").content.decode()


def test_nobody_else_is_alarmed(client):
    checked()
    assert 'class="alarm"' not in desk("editor").get("/admin/").content.decode()
    assert 'class="alarm"' not in client.get("/admin/login/").content.decode()


def test_one_silence_is_no_alarm_and_three_are():
    checked(obeyed=None, found="no answer", attempts=2)
    client = desk("standards")
    assert 'class="alarm"' not in client.get("/admin/").content.decode()
    Check.objects.update(attempts=3)
    assert 'class="alarm"' in client.get("/admin/").content.decode()

"""What editors complain of everywhere, turned round: each test is named after the complaint that must not come true."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import hire, log_in
from tests.browsing import axe, follow

STORY = "from analysis.models import *; s = Story.objects.filter(status='published', claims__isnull=False).first(); "


@pytest.fixture
def site(open_site):
    return open_site(demonstration=True)


@pytest.fixture
def story(site) -> str:
    return site.shell(STORY + "print(s.pk)").strip()


@pytest.fixture
def at(site, story) -> str:
    return f"{site.url}/admin/analysis/story/{story}/change/"


def held(site, story: str, what: str) -> str:
    """Something of the story as it is saved."""
    return site.shell(f"from analysis.models import *; s = Story.objects.get(pk={story}); print({what})").strip()


def kept(page: Page) -> None:
    """Waits until the server has said that it keeps what stands in the form now."""
    expect(page.locator("#kept")).to_contain_text("Draft kept")
    expect(page.locator("#rail-live")).to_have_attribute("data-kept", "yes")


def save(page: Page) -> None:
    follow(page.get_by_role("button", name="Save", exact=True))


def excused(findings: list[str], *words: str) -> None:
    """What this test has brought about on purpose is no finding."""
    findings[:] = [found for found in findings if not any(word in found for word in words)]


def test_power_off_in_mid_sentence(site, at, story, open_page):
    person = hire(site, "editor")
    page = open_page()
    log_in(page, site, *person)
    page.goto(at)
    page.locator("#id_headline").fill("Half a sentence that was never fin")
    page.locator("#id_note_take_text").fill("Zwölf Bieter, « peut-être » 👩‍👩‍👧 e\u0301 עברית.\n\nA second paragr")
    page.locator("[data-adds=claims]").click()
    page.locator("#id_claims-n1-text").fill("A claim without a stand")
    kept(page)
    page.context.close()  # no goodbye: no event tells the page

    page = open_page()
    log_in(page, site, *person)
    page.goto(at)
    expect(page.get_by_text("You have unsaved text")).to_be_visible()
    axe(page, include="#content")
    page.get_by_role("link", name="Compare").click()
    expect(page.locator(".unsaved ins").first).to_contain_text("Half a sentence")
    page.get_by_role("link", name="Restore").click()
    expect(page.locator("#id_headline")).to_have_value("Half a sentence that was never fin")
    text = "Zwölf Bieter, « peut-être » 👩‍👩‍👧 e\u0301 עברית.\n\nA second paragr"
    expect(page.locator("#id_note_take_text")).to_have_value(text)
    expect(page.locator("#id_claims-n1-text")).to_have_value("A claim without a stand")
    assert "Half a sentence" not in held(site, story, "s.headline"), "and nothing of it was saved"


def test_the_page_is_closed_while_the_last_words_are_on_their_way(site, at, open_page):
    """An answer to what was sent says nothing of what was typed since: till that is kept, the page warns who leaves."""
    page = open_page()
    log_in(page, site, *hire(site, "editor"))
    page.clock.install()  # else the next request could overtake the one that is held up
    page.goto(at)
    kept_now = page.locator("#rail-live[data-kept=yes]")
    expect(kept_now).to_be_attached()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    under_way = []
    page.route("**/typing/", lambda route: under_way.append(route))
    with page.expect_request("**/typing/"):
        page.locator("#id_dek").fill("Sent.")
        page.clock.run_for(1000)
    page.locator("#id_headline").fill("Typed since")
    under_way.pop().continue_()
    expect(page.locator("#kept")).to_contain_text("Draft kept")
    expect(kept_now).not_to_be_attached()
    with page.expect_request("**/typing/"):
        page.clock.run_for(1000)
    page.locator("[data-adds=claims]").click()  # an empty row holds no words
    under_way.pop().continue_()
    expect(kept_now).to_be_attached()


def test_the_page_warns_who_leaves_what_is_kept_already(site, at, open_page):
    page = open_page()
    log_in(page, site, *hire(site, "editor"))
    page.goto(at)
    page.locator("#id_dek").click()
    page.keyboard.type("Typed by keyboard.")
    warned: list[str] = []
    page.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.accept()))
    page.reload()
    assert warned == ["beforeunload"], "at once it is not kept yet"
    page.locator("#id_dek").click()
    page.keyboard.type("Typed by keyboard.")
    kept(page)
    page.get_by_role("link", name="Stories", exact=True).first.click()
    expect(page).to_have_url(re.compile(r"/story/$"))
    assert warned == ["beforeunload"], "it is kept, and nothing warns"


def test_the_last_words_before_one_leaves_reach_the_server(site, at, open_page):
    """So that they are there on another machine too, and not in this browser alone."""
    page = open_page()
    log_in(page, site, *hire(site, "editor"))
    page.clock.install()  # no pause is long enough to send them before
    page.goto(at)
    expect(page.locator("#rail-live")).to_have_attribute("data-kept", "yes")
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    page.locator("#id_dek").fill("The very last wor")
    page.goto(site.url)
    again = page.context.new_page()
    again.goto(at)
    expect(again.get_by_role("link", name="Restore")).to_have_count(1)
    again.get_by_role("link", name="Restore").click()
    expect(again.locator("#id_dek")).to_have_value("The very last wor")


def test_what_the_browser_filled_in_by_itself_is_kept(site, at, open_page):
    """One that was restarted fills a page in as it was left, before any script runs."""
    page = open_page()
    log_in(page, site, *hire(site, "editor"))
    page.add_init_script(
        "document.addEventListener('readystatechange', () => {"
        "  if (document.readyState === 'interactive') document.getElementById('id_dek').value = 'Filled in.'; })"
    )
    page.goto(at)
    kept(page)
    assert "Filled in." in site.shell("from analysis.models import *; print(Draft.objects.latest('kept_at').typed)")


def test_the_remark_that_was_begun(site, at, open_page):
    """Its fields stand beside the form and are its own."""
    person = hire(site, "editor")
    page = open_page()
    log_in(page, site, *person)
    page.clock.install()  # what is sent twice a minute anyway is no answer to what is typed
    page.goto(at)
    expect(page.locator("#rail-live")).to_have_attribute("data-kept", "yes")
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    page.get_by_text("Add a remark").click()
    page.locator("#id_remark_text").fill("Who says so? The regis")
    page.clock.run_for(1000)
    kept(page)
    page.context.close()
    page = open_page()
    log_in(page, site, *person)
    page.goto(at)
    page.get_by_role("link", name="Restore").click()
    expect(page.locator("#id_remark_text")).to_have_value("Who says so? The regis")


def test_the_login_expired_while_typing(site, at, open_page, findings):
    person = hire(site, "editor")
    page = open_page()
    log_in(page, site, *person)
    page.goto(at)
    page.locator("#id_dek").fill("Typed before.")
    kept(page)
    site.shell("from django.contrib.sessions.models import Session; Session.objects.all().delete()")
    page.locator("#id_dek").fill("Typed before, and after.")
    expect(page.locator("#kept")).to_contain_text("What you typed is kept")
    excused(findings, "answered 401")
    page.locator("#kept").get_by_role("link", name="Log in").click()
    page.get_by_label("Username").fill(person[0])
    page.get_by_label("Password").fill(person[1])
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#id_dek")).to_have_value("Typed before, and after.")
    save(page)
    expect(page.locator(".messagelist .success")).to_be_visible()
    expect(page.locator("#id_dek")).to_have_value("Typed before, and after.")


def test_the_login_expired_and_save_was_pressed(site, at, open_page):
    person = hire(site, "editor")
    page = open_page(java_script_enabled=False)
    log_in(page, site, *person)
    page.goto(at)
    page.locator("#id_dek").fill("Without a script.")
    site.shell("from django.contrib.sessions.models import Session; Session.objects.all().delete()")
    save(page)
    page.get_by_label("Username").fill(person[0])
    page.get_by_label("Password").fill(person[1])
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#id_dek")).to_have_value("Without a script.")


def test_two_editors_on_one_note_in_different_fields(site, at, story, open_page):
    one, other = open_page(), open_page()
    log_in(one, site, *hire(site, "editor"))
    log_in(other, site, *hire(site, "standards"))
    for page in (one, other):
        page.goto(at)
    one.locator("#id_dek").fill("The dek of the one.")
    kept(one)
    other.locator("#id_headline").fill("The headline of the other")
    expect(other.get_by_text("editor has this story open too.")).to_be_visible()
    save(other)
    expect(other.locator(".messagelist .success")).to_be_visible()
    one.locator("#id_note_take_title").fill("A title of the one")
    expect(one.get_by_text("You changed different things: saving puts both together.")).to_be_visible()
    save(one)
    expect(one.locator(".messagelist .warning")).to_contain_text("Both are in it now")
    expect(one.locator("#id_headline")).to_have_value("The headline of the other")
    expect(one.locator("#id_dek")).to_have_value("The dek of the one.")
    assert held(site, story, "s.notes.get(slot='take').title") == "A title of the one"


def test_two_editors_on_one_note_in_the_same_field(site, at, story, open_page):
    one, other = open_page(), open_page()
    log_in(one, site, *hire(site, "editor"))
    log_in(other, site, *hire(site, "standards"))
    for page in (one, other):
        page.goto(at)
    one.locator("#id_note_take_text").fill("The take as the one sees it.")
    other.locator("#id_note_take_text").fill("The take as the other sees it.")
    save(other)
    expect(other.locator(".messagelist .success")).to_be_visible()
    save(one)
    expect(one.get_by_text("Someone else changed the same.")).to_be_visible()
    axe(one, include="#content")
    question = one.get_by_role("group", name="Our take", exact=True)
    expect(question).to_contain_text("The take as the other sees it.")
    expect(question.locator("ins")).to_contain_text("one")
    expect(one.locator("#id_note_take_text")).to_have_value("The take as the one sees it.")
    one.locator("#id_note_take_text").fill("The take as both see it.")
    question.get_by_label("Keep what stands in the form").check()
    save(one)
    expect(one.locator(".messagelist .success")).to_be_visible()
    assert held(site, story, "s.notes.get(slot='take').text") == "The take as both see it."
    assert "as the other sees it" in held(site, story, "[v.content for v in s.versions.all()]"), (
        "theirs is in a version"
    )


def test_autosave_while_the_server_changed_the_row(site, at, story, open_page):
    """What is kept as a draft never touches the story, and what others save meanwhile is never overwritten by it."""
    page, other = open_page(), open_page()
    log_in(page, site, *hire(site, "editor"))
    log_in(other, site, *hire(site, "standards"))
    page.goto(at)
    page.locator("#id_dek").fill("One")
    kept(page)
    other.goto(at)
    other.locator("#id_dek").fill("Theirs, saved between two drafts")
    save(other)
    expect(other.locator(".messagelist .success")).to_be_visible()
    page.locator("#id_dek").fill("One more word")
    expect(page.get_by_text("You both changed: Dek.")).to_be_visible()
    assert held(site, story, "s.dek") == "Theirs, saved between two drafts"
    save(page)
    expect(page.get_by_text("Someone else changed the same.")).to_be_visible()
    expect(page.locator("#id_dek")).to_have_value("One more word")


def test_published_between_preview_and_save(site, at, story, open_page):
    """Who looked at the preview publishes what was looked at, or is told; a save does not reach the public page."""
    page, other = open_page(), open_page()
    log_in(page, site, *hire(site, "editor"))
    log_in(other, site, *hire(site, "standards"))
    page.goto(at)
    page.locator("#id_dek").fill("Looked at in the preview.")
    page.get_by_role("button", name="Save and preview").click()
    expect(page.get_by_text("Looked at in the preview.").first).to_be_visible()
    follow(page.get_by_role("link", name="Publish the changes"))
    other.goto(at)
    other.locator("#id_headline").fill("Changed after the preview")
    save(other)
    expect(other.locator(".messagelist .success")).to_be_visible()
    page.get_by_label("Update: something new has happened").check()
    page.get_by_role("button", name="Publish the changes").click()
    expect(page.get_by_text("Look at the preview again before you go on.")).to_be_visible()
    assert "Changed after the preview" not in held(site, story, "s.current.headline")


def test_the_scheduler_stopped_for_an_hour(site, open_page):
    hire(site, "editor")
    site.stop()  # and with it whatever publishes: nothing else takes the minute that was missed
    story = site.shell(
        "from datetime import timedelta\nfrom django.utils import timezone\n"
        "from analysis import scheduling, working\nfrom analysis.models import *\n"
        "from django.contrib.auth.models import User\nfrom analysis.freezing import snapshot\n"
        "old = Story.objects.filter(status='published', claims__isnull=False).first()\n"
        "content = snapshot(old) | {'slug': 'due', 'headline': 'A story that was due an hour ago', 'watch': []}\n"
        "new = working.begin(content, User.objects.get(username='editor'))\n"
        "scheduling.schedule(new, User.objects.get(username='editor'), timezone.now() + timedelta(minutes=5))\n"
        "Story.objects.filter(pk=new.pk).update(publish_at=timezone.now() - timedelta(hours=1))\n"
        "print(new.pk)"
    ).strip()
    assert held(site, story, "s.current") == "None"
    tick = (
        "from django.utils import timezone; from analysis import scheduling;"
        "print(scheduling.publish_due(timezone.now()))"
    )
    assert [site.shell(tick).strip() for _ in range(2)] == ["1", "0"], "caught up, and not doubled"
    site.start()
    assert open_page().goto(site.url + "/stories/due/").status == 200
    assert held(site, story, "s.revisions.count()") == "1"


def test_restore_after_a_bad_edit(site, at, story, open_page):
    page = open_page()
    log_in(page, site, *hire(site, "editor"))
    take = held(site, story, "s.notes.get(slot='take').text")
    page.goto(at)
    page.locator("#id_dek").fill("A good edit before.")
    save(page)
    expect(page.locator(".messagelist .success")).to_be_visible()
    page.locator("#id_note_take_text").fill("Gone!")
    page.locator("[data-row=claims] [name$=-DELETE]").first.check()
    save(page)
    expect(page.locator(".messagelist .success")).to_be_visible()
    follow(page.get_by_role("link", name="All versions"))
    axe(page, include="#content")
    page.get_by_role("link", name=re.compile("Restore")).first.click()
    expect(page.locator("del").first).to_be_visible()
    axe(page, include="#content")
    page.get_by_role("button", name=re.compile("[Rr]estore")).click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert held(site, story, "s.notes.get(slot='take').text") == take
    assert held(site, story, "s.dek") == "A good edit before."


@pytest.mark.parametrize("width", [390, 1280])
def test_the_server_went_away_while_typing(site, at, open_page, findings, width):
    page = open_page(viewport={"width": width, "height": 844})
    log_in(page, site, *hire(site, "editor"))
    page.goto(at)
    page.locator("#id_dek").fill("While it was there.")
    kept(page)
    site.stop()
    page.locator("#id_dek").fill("While it was away.")
    expect(page.locator("#kept")).to_contain_text("is kept in this browser")
    expect(page.locator("#kept")).to_be_in_viewport(ratio=1)  # beside what is typed, on a phone too
    site.start()
    expect(page.locator("#kept")).to_contain_text("Draft kept", timeout=30_000)
    excused(findings, "failed", "ERR_CONNECTION_REFUSED", "htmx:sendError")
    assert "While it was away." in site.shell(
        "from analysis.models import *; print(Draft.objects.latest('kept_at').typed['dek'])"
    )


def test_the_lid_was_closed_while_the_server_was_away(site, at, open_page, findings):
    page = open_page()
    log_in(page, site, *hire(site, "editor"))
    page.goto(at)
    expect(page.locator("#rail-live")).to_have_attribute("data-kept", "yes")
    site.stop()
    page.locator("#id_dek").fill("Never reached the server.")
    expect(page.locator("#kept")).to_contain_text("is kept in this browser")
    again = page.context.new_page()
    page.close(run_before_unload=False)
    site.start()
    excused(findings, "failed", "ERR_CONNECTION_REFUSED", "htmx:sendError")
    again.goto(at)
    expect(again.get_by_text("This browser held text of yours that was never saved.")).to_be_visible()
    again.locator("#brought").get_by_role("link", name="Restore").click()
    expect(again.locator("#id_dek")).to_have_value("Never reached the server.")


def test_the_browser_has_no_room_left(site, at, open_page, findings):
    page = open_page()
    log_in(page, site, *hire(site, "editor"))
    page.goto(at)
    page.evaluate("""() => { for (let size = 2 ** 22; size >= 1; size = Math.floor(size / 2)) {
        try { for (;;) localStorage.setItem(`full-${Math.random()}`, 'x'.repeat(size)); } catch {} } }""")
    page.locator("#id_dek").fill("The server has it.")
    kept(page)  # a full browser does not matter as long as the server is there
    site.stop()
    page.locator("#id_dek").fill("Neither has it.")
    expect(page.locator("#kept")).to_contain_text("copy your text before you close the page")
    site.start()
    expect(page.locator("#kept")).to_contain_text("Draft kept", timeout=30_000)
    excused(findings, "failed", "ERR_CONNECTION_REFUSED", "htmx:sendError")


def test_the_keyboard_alone_is_enough(site, at, story, open_page):
    page = open_page()
    log_in(page, site, *hire(site, "editor"))
    page.goto(at)
    page.locator("#id_headline").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#id_dek")).to_be_focused()
    page.locator("[data-adds=claims]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#id_claims-n1-text")).to_be_focused()
    page.keyboard.type("Typed by keyboard.")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("[name=claims-n1-standing][value=confirmed]")).to_be_checked()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[name=claims-n1-standing][value=reported]")).to_be_checked()
    page.keyboard.press("Control+s")
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert "Typed by keyboard." in held(site, story, "[c.text for c in s.claims.all()]")


def test_rows_move_at_once_and_what_was_just_typed_moves_along(site, at, story, open_page):
    page = open_page()
    log_in(page, site, *hire(site, "editor"))
    page.goto(at)
    texts = page.locator("[data-row=claims]:not([hidden]) textarea")
    one, two = (texts.nth(n).input_value() for n in (0, 1))
    page.locator("[data-adds=claims]").click()
    page.locator("#id_claims-n1-text").fill("A new one, from the end.")
    page.locator("[name=claims-n1-standing][value=reported]").check()
    for _n in range(texts.count() - 1):
        page.locator("[data-row=claims][data-key=n1] [name=_move]").first.press("Enter")
    expect(texts.nth(0)).to_have_value("A new one, from the end.")
    expect(texts.nth(1)).to_have_value(one)
    page.locator("[data-row=claims]").nth(1).get_by_role("button", name="Move down").press("Enter")
    expect(page.locator("[data-row=claims]").nth(2).get_by_role("button", name="Move down")).to_be_focused()
    # The line of the grid went along, under its number.
    expect(page.locator("[data-judged] th").nth(0)).to_contain_text(f"2 {two}")
    expect(page.locator("[data-judged] th").nth(1)).to_contain_text(f"3 {one}")
    kept(page)
    save(page)
    expect(page.locator(".messagelist .success")).to_be_visible()
    said = held(site, story, "[c.text for c in s.claims.all()][:3]")
    assert said == str(["A new one, from the end.", two, one])


AGED = (
    "from analysis.models import Draft; from django.utils import timezone; from datetime import timedelta; "
    "Draft.objects.update(seen_at=timezone.now() - timedelta(hours=8))"
)


def test_power_off_again_in_a_text_that_was_restored_the_next_morning(site, at, story, open_page):
    person = hire(site, "editor")
    page = open_page()
    log_in(page, site, *person)
    page.goto(at)
    for n in range(4):
        page.locator("#id_dek").fill(f"First sitting, pause {n}")
        kept(page)
    page.context.close()
    site.shell(AGED)

    page = open_page()
    log_in(page, site, *person)
    page.goto(at)
    page.get_by_role("link", name="Restore").click()
    expect(page.locator("#id_dek")).to_have_value("First sitting, pause 3")
    page.locator("#id_dek").fill("Second sitting.")
    kept(page)
    page.reload()
    expect(page.locator("#id_dek")).to_have_value("Second sitting.")
    page.context.close()

    page = open_page()
    log_in(page, site, *person)
    page.goto(at)
    expect(page.get_by_role("link", name="Restore")).to_have_count(1)
    page.get_by_role("link", name="Restore").click()
    expect(page.locator("#id_dek")).to_have_value("Second sitting.")
    kept(page)
    page.get_by_role("button", name="Discard…").click()
    axe(page, include="#content")
    page.get_by_role("button", name="Discard it").click()
    expect(page.locator(".messagelist .success")).to_contain_text("Discarded.")
    page.reload()
    expect(page.locator("#kept")).to_be_attached()
    expect(page.locator(".unsaved:visible")).to_have_count(0)


def test_somebody_elses_answer_is_not_taken_for_kept(site, at, story, open_page, findings):
    """A proxy that shows its own page, say, or a network that wants a login, and answers 200."""
    page = open_page()
    person = hire(site, "editor")
    log_in(page, site, *person)
    page.goto(at)
    expect(page.locator("#rail-live")).to_have_attribute("data-kept", "yes")
    page.route(
        "**/typing/", lambda route: route.fulfill(status=200, body="<!doctype html><h1>Welcome to the train</h1>")
    )
    page.locator("#id_dek").fill("Typed in a tunnel.")
    expect(page.locator("#kept")).to_contain_text("What you type is kept in this browser")
    expect(page.locator("#rail-live")).not_to_contain_text("Welcome to the train")
    page.goto("about:blank")  # in the tunnel still: what is sent as the page goes does not arrive either
    page.unroute("**/typing/")
    page.goto(at)
    page.get_by_role("link", name="Restore").click()
    expect(page.locator("#id_dek")).to_have_value("Typed in a tunnel.")


def test_the_line_is_slow_and_every_pause_sends_the_whole_form(site, at, story, open_page):
    person = hire(site, "editor")
    page = open_page()
    log_in(page, site, *person)
    sent: list[str] = []
    page.on("request", lambda request: request.url.endswith("/typing/") and sent.append(request.post_data or ""))
    page.goto(at)
    page.locator("#id_dek").fill("The first words.")
    kept(page)
    page.locator("#id_note_take_text").fill("A note.")
    page.locator("[data-adds=claims]").click()
    page.locator("#id_claims-n1-text").fill("A claim.")
    kept(page)
    parts = list(sent)
    assert "complete" not in "".join(parts), "what was changed, and the name of the window"

    def drafts(what: str) -> str:
        return site.shell(
            f"from analysis.models import *; d = Draft.objects.get(kept_at__isnull=False); {what}"
        ).strip()

    names = "dek", "note_take_text", "claims-n1-text"
    there = f"print([d.typed[n][0] for n in {names}], len(d.typed) > 12)"
    assert drafts(there) == "['The first words.', 'A note.', 'A claim.'] True"

    drafts("d.typed, d.turn = {'dek': ['Of another turn.']}, d.turn + 7; d.save()")
    page.locator("#id_note_take_text").fill("A longer note.")
    kept(page)
    assert "complete" in sent[-1], "it was asked for whole"
    assert max(map(len, parts)) < len(sent[-1]) / 3
    assert drafts(there) == "['The first words.', 'A longer note.', 'A claim.'] True"

"""The toolbar above a Markdown text: by mouse, by arrows, by Ctrl+B, I and K; and everything can be undone."""

import pytest
from playwright.sync_api import expect

from analysis.text import to_html
from tests.browser.people import log_in
from tests.browsing import axe

MADE = [
    ("Bold", "words", "**words**"), ("Italic", "words", "_words_"), ("Quote", "words", "> words"),
    ("Link", "words", "[words](url)"), ("List", "one\ntwo", "- one\n- two"),
    ("Link", "https://a.test/b", "[](https://a.test/b)"),
]  # fmt: skip


def button(take, name):
    toolbar = take.page.locator("markdown-toolbar[for=id_note_take_text]")
    return toolbar.get_by_role("button", name=name, exact=True)


def test_a_button_marks_what_is_selected_and_ctrl_z_takes_it_back(take):
    count = take.page.locator("[data-counts=id_note_take_text] output")
    for name, typed, marked in MADE:
        take.fill("")
        take.press_sequentially(typed)
        take.press("Control+a")
        button(take, name).click()
        expect(take).to_have_value(marked)
        expect(take).to_be_focused()
        take.press("Control+z")
        expect(take).to_have_value(typed)
        expect(count).to_have_text(str(len(typed.split())))
        take.press("Control+Shift+z")
        expect(take).to_have_value(marked)
    # A mark taken back to nothing does not end the undoing.
    take.fill("")
    button(take, "Bold").click()
    button(take, "Bold").click()
    take.press_sequentially("word")
    take.press("Control+a")
    button(take, "Bold").click()
    assert to_html(take.input_value()) == "<p><strong>word</strong></p>"
    take.press("Control+z")
    expect(take).to_have_value("word")


@pytest.mark.parametrize(("key", "marked"), [("b", "**word**"), ("i", "_word_"), ("k", "[word](url)")])
def test_the_keys_do_what_the_buttons_do_and_nothing_else(take, key, marked):
    page = take.page
    page.evaluate("addEventListener('keydown', event => (globalThis.left = event.ctrlKey && !event.defaultPrevented))")
    take.fill("word")
    take.press("Control+a")
    take.press(f"Control+{key}")
    expect(take).to_have_value(marked)
    assert page.evaluate("globalThis.left") is False, "the browser would have done something of its own"
    take.press("Control+z")
    expect(take).to_have_value("word")
    # With more keys held, or elsewhere, they are the browser's.
    take.press(f"Control+Alt+{key}")
    expect(take).to_have_value("word")
    headline = page.locator("#id_headline")
    headline.fill("word")
    headline.press(f"Control+{key}")
    expect(headline).to_have_value("word")
    assert page.evaluate("globalThis.left") is True


def test_the_toolbar_is_one_stop_of_the_tab_key_and_arrows_move_within(take):
    page = take.page
    page.locator("#id_note_take_title").focus()
    page.keyboard.press("Tab")
    expect(button(take, "Bold")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(button(take, "Italic")).to_be_focused()
    page.keyboard.press("End")
    expect(button(take, "List")).to_be_focused()
    page.keyboard.press("Tab")
    expect(take).to_be_focused()
    take.fill("word")
    take.press("Control+a")
    page.keyboard.press("Shift+Tab")
    expect(button(take, "List")).to_be_focused()  # where one was
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(take).to_have_value("**word**")
    take.press("Control+a")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    expect(take).to_have_value("word")
    axe(page, include="markdown-toolbar")


def test_without_a_script_there_is_no_toolbar(desk, open_page):
    site, editor = desk
    page = open_page(java_script_enabled=False)
    log_in(page, site, *editor)
    page.goto(site.url + "/admin/analysis/story/add/")
    expect(page.locator("#id_note_take_text")).to_be_visible()
    expect(page.locator("markdown-toolbar[for=id_note_take_text]")).to_be_hidden()

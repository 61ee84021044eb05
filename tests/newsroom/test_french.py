"""Every sentence of the interface has its French, and a page in French has no English left in it.

The French is read from newsroom/locale/fr/LC_MESSAGES/django.po; pages are rendered from the django.mo beside it, which
`make test` compiles.
"""

import ast
import re
import shutil
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.core import mail as sent_mail
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format

from analysis import rights
from analysis.rights import Ruling
from newsroom import mail
from tests import making
from tests.leaks import crawl
from tests.newsroom.publishers import asking

ROOT = Path(__file__).parents[2]
FRENCH = Path("newsroom/locale/fr/LC_MESSAGES/django.po")
LISTS = ("/", "/publishers/", "/watch/", "/corrections/", "/topics/", "/search/", "/takedown/", "/nothing/")
DATE = re.compile(r"\d+ \w+\.?( \d{4})?(, \d\d:\d\d)?( UTC)?")
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdifr%]")


def catalogue(path: Path = ROOT / FRENCH) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def sentences(of: Catalog) -> list[Message]:
    return [message for message in of if message.id]


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


# --- the catalogue ------------------------------------------------------------------------------------------------


def test_every_sentence_in_the_source_has_its_french(tmp_path):
    if shutil.which("xgettext") is None:
        pytest.skip("no GNU gettext here, so the sentences of the source cannot be gathered")
    for part in ("analysis", "newsroom", "templates"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    shutil.copy(ROOT / "manage.py", tmp_path)
    gather = [sys.executable, "manage.py", "makemessages", "-l", "fr", "--no-location"]
    subprocess.run(gather, cwd=tmp_path, check=True, capture_output=True, timeout=120)

    found = sentences(catalogue(tmp_path / FRENCH))
    assert len(found) > 500
    missing = [message.id for message in found if message.fuzzy or not all(forms(message.string))]
    assert not missing, f"{len(missing)} without French (make one with manage.py makemessages -l fr): {missing}"


def test_no_sentence_stands_where_it_is_not_gathered():
    """xgettext passes over what is inside an f-string."""
    known = {text for message in sentences(catalogue()) for text in forms(message.id)}
    for path in (*ROOT.glob("analysis/**/*.py"), *ROOT.glob("newsroom/**/*.py")):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in ("_", "gettext", "gettext_lazy", "ngettext"):
                text = call.args[0]
                assert not isinstance(text, ast.Constant) or text.value in known, f"{path}:{call.lineno}: {text.value}"


def test_a_translation_fills_in_what_the_sentence_fills_in():
    for message in sentences(catalogue()):
        allowed = [set(PLACEHOLDER.findall(form)) for form in forms(message.id)]
        for form in forms(message.string):
            assert set(PLACEHOLDER.findall(form)) in allowed, message.id


def test_a_translation_keeps_the_tags_and_links_of_the_sentence():
    for message in sentences(catalogue()):
        tags = sorted(re.findall(r"<[^>]+>", forms(message.id)[0]))
        assert all(sorted(re.findall(r"<[^>]+>", form)) == tags for form in forms(message.string)), message.id


def test_the_french_is_set_as_french_is_set():
    for message in sentences(catalogue()):
        for form in forms(message.string):
            prose = re.sub(r"<[^>]+>|https?://\S*", "", form)
            assert not re.search(r"['“”]", prose), f"’ and « » in French: {form}"
            assert not re.search(r"[^\u00a0\u202f][;?!»]|«[^\u00a0\u202f]", prose), (
                f"a no-break space is missing: {form}"
            )
            assert not re.search(r"[^\u00a0\u202f]:(?=\s|$)", prose), f"a no-break space is missing: {form}"


def test_the_catalogue_names_nobody_and_keeps_nothing_old():
    text = (ROOT / FRENCH).read_text()
    assert "\n#~" not in text and "#, fuzzy" not in text
    assert not re.search(r"^\"(Last-Translator|Language-Team|POT-Creation-Date|Report-Msgid)|^#:", text, re.MULTILINE)
    assert catalogue().num_plurals == 2 and catalogue().plural_expr == "(n > 1)"


# --- the pages ----------------------------------------------------------------------------------------------------


class Reader(HTMLParser):
    """What a person sees or hears of a page, piece by piece; what is marked as being in another language left out."""

    VOID = {"meta", "link", "input", "br", "hr", "img", "use", "wbr", "col", "source"}
    SPOKEN = {"aria-label", "title", "placeholder", "alt", "summary"}

    def __init__(self, text: str):
        super().__init__()
        self.open: list[bool] = []  # whether each open element is not ours to translate
        self.pieces: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        theirs = tag in ("script", "style", "code") or (tag != "html" and "lang" in given)
        if tag not in self.VOID:
            self.open.append(theirs)
        if not theirs and not any(self.open):
            for name in self.SPOKEN & set(given):
                self.add(given[name])
            if tag == "meta" and given.get("name") == "description":
                self.add(given["content"])

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID and self.open:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not any(self.open):
            self.add(data)

    def add(self, piece: str | None) -> None:
        if piece and piece.strip():
            self.pieces.update(" ".join(piece.split()).split(" — "))


@cache
def english() -> set[str]:
    """The English of each sentence without placeholders whose French is another."""
    found = set()
    for message in sentences(catalogue()):
        for source in forms(message.id):
            if not PLACEHOLDER.search(source) and source not in forms(message.string):
                found.add(" ".join(source.split()))
    return found


@cache
def moulds() -> list[re.Pattern[str]]:
    """What a sentence with placeholders looks like in English, once filled in; those of three words and more."""
    found = []
    for message in sentences(catalogue()):
        for source in forms(message.id):
            words = re.sub(r"<[^>]+>", "", source)
            if PLACEHOLDER.search(words) and len(re.findall(r"[a-z]{2,}", PLACEHOLDER.sub("", words))) > 2:
                found.append(re.compile(".+?".join(re.escape(part) for part in PLACEHOLDER.split(words))))
    return found


def assert_no_english(text: str, where: str) -> None:
    pieces = Reader(text).pieces
    left = sorted(pieces & english())
    left += [piece for piece in pieces for mould in moulds() if mould.search(piece)]
    assert not left, f"English on the French page {where}: {left}"


def french_client() -> Client:
    return Client(headers={"Accept-Language": "fr"})


@pytest.fixture
def stories() -> making.Planted:
    """Stories that between them use every part of a page, and a publisher at each level of terms."""
    ours = making.publisher("Gazette")
    planted = making.planted(
        "fr", making.publisher("Courier"), beside=making.article(ours), made_by="both", model="m-1"
    )
    for level in ("full", "short", "link", "none"):
        of = making.publisher()
        making.published(making.article(of), headline=f"zq{level}zq")
        making.terms(of, level=level, ai="deny", embargo_hours=3, quote_words=5, attribution="zqcreditzq")
    return planted


@pytest.mark.django_db
def test_no_public_page_has_english_left_in_it(stories):
    seen = 0
    for url in crawl.urls():
        found = crawl.visit(url, {"HTTP_ACCEPT_LANGUAGE": "fr"})
        head, body = found.text.split("\n<!doctype html>", 1) if "\n<!doctype html>" in found.text else (found.text, "")
        if body:
            assert '<html lang="fr">' in body and "Content-Language: fr" in head, url
            assert_no_english(body, url)
            seen += 1
    assert seen > 40


@pytest.mark.django_db
def test_the_labels_that_the_french_pages_speak_of_are_on_a_story(stories):
    """Our rules, in French, send a reader to these words; see newsroom/standing."""
    text = french_client().get(f"/stories/{stories.story.slug}/").content.decode()
    for label, source in (
        ("Lire l’original", "Read the original"),
        ("Les faits", "The news"),
        ("Notre lecture", "Our take"),
        ("L’avis contraire", "Room for disagreement"),
        ("À suivre", "What to watch"),
        ("Ce qui est établi", "What is established"),
        ("Comment cet article a été fait", "How this was made"),
        ("Signaler une erreur", "Report an error"),
    ):
        assert label in text and source not in text


@pytest.mark.django_db
def test_what_reads_the_same_in_both_languages_is_a_name_or_a_person_wrote_it(stories):
    """Finds words that stand in a template without being marked for translation."""
    names = {
        "Analysis desk",
        "Grids",
        "Context Desk",
        "Courier",
        "Gazette",
        "By people",
        "Who gets power",
        "Wire",
        "Wire Wire",
    }
    shared = {
        bare(text) for message in sentences(catalogue()) for text in forms(message.string) if text in forms(message.id)
    }
    story = f"/stories/{stories.story.slug}/"
    for url in (*LISTS, story):
        pages = (Client(headers={"Accept-Language": code}).get(url).content.decode() for code in ("en", "fr"))
        in_english, in_french = (Reader(page).pieces for page in pages)
        same = {bare(piece) for piece in in_english & in_french if "zq" not in piece and not DATE.fullmatch(piece)}
        assert not same - names - shared - {""}, f"{url}: {same - names - shared}"


def bare(text: str) -> str:
    """The words of a piece: no placeholders, numbers or punctuation."""
    return re.sub(r"[\W\d_]+", " ", PLACEHOLDER.sub(" ", text)).strip()


@pytest.mark.django_db
def test_a_publisher_who_asks_in_french_is_answered_in_french():
    making.article(making.publisher(host="wire.example.test"), path="1")
    client = french_client()
    for name in asking.ANSWERS:
        assert_no_english(
            client.post(f"/takedown/request/{name}/", {}, follow=True).content.decode(), f"{name}, left empty"
        )
    pages = {"pages": "https://wire.example.test/1\nhttps://nobody.example.test/2\nnot an address"}
    contact = {"email": "rights@wire.example.test", "language": "fr"}
    asking.answer_all(client, pages=pages, contact=contact)
    for name in (*asking.ANSWERS, "check"):
        assert_no_english(client.get(f"/takedown/request/{name}/").content.decode(), name)
    case = asking.file(client, pages=pages, contact=contact)
    client.post(asking.newest_link())
    case.refresh_from_db()
    page = f"/takedown/cases/{case.reference}/"
    shown = client.get(page).content.decode()
    assert_no_english(shown, page)
    with translation.override("fr"):
        assert date_format(case.due_at, "j N Y, H:i") in shown

    rights.decide(case, None, Ruling(outcome="declined", action="none", reason="zqreasonzq"))
    assert_no_english(client.get(page).content.decode(), f"{page}, decided")
    mail.deliver()
    assert len(sent_mail.outbox) == 3
    for message in sent_mail.outbox:
        lines = {line.strip() for line in f"{message.subject}\n{message.body}".splitlines()}
        assert not lines & english(), message.subject

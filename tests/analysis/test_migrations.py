"""Migrations over rows that matter, each in a database of its own: the triggers allow no flush in the tests' own."""

import pytest

from tests import sites

MAKE = """
from tests import making
story = making.published(headline="Turbines", slug="turbines")
making.terms(story.sources.get().article.publisher, level="full")
"""
LOOK = """
from django.db import DatabaseError, connection
from analysis import rendition
from analysis.models import Revision, RuleVersion, Terms
page = rendition.story("turbines")
house = Terms.objects.filter(scope="house").count()
print(page.headline, page.summary.limit, Revision.objects.count(), house, Terms.objects.count())
token = RuleVersion.objects.get().token
for table in ("terms", "revision"):
    try:
        connection.cursor().execute(f"DELETE FROM analysis_{table}")
    except DatabaseError as error:
        print("append-only" in str(error))
publisher = Terms.objects.filter(publisher__isnull=False).get().publisher
Terms.objects.create(scope="publisher", publisher=publisher, basis="publisher", level="link")
print(token != RuleVersion.objects.get().token)
print(rendition.story("turbines").card.ours)
"""


@pytest.fixture
def database(databases):
    url = databases.fresh()
    yield sites.environment(url)
    databases.drop(url)


def run(env: dict[str, str], code: str) -> list[str]:
    return sites.manage(env, "shell", "--no-imports", "--verbosity", "0", stdin=code).split("\n")[:-1]


SEEN = ["Turbines 60 1 1 2", "True", "True", "True", "False"]


def test_a_fresh_database_holds_the_house_default_and_guards_the_record(database):
    run(database, MAKE)
    assert run(database, LOOK) == SEEN


def test_the_guards_can_be_taken_off_and_put_on_again_with_rows_in_place(database):
    run(database, MAKE)
    sites.manage(database, "migrate", "analysis", "0001", "--verbosity", "0")
    sites.manage(database, "migrate", "--verbosity", "0")
    assert run(database, LOOK) == SEEN


def test_the_terms_are_guarded_before_and_after_signals_came(database):
    run(database, MAKE)
    sites.manage(database, "migrate", "analysis", "0003", "--verbosity", "0")
    look = """
from django.db import DatabaseError, connection
with connection.cursor() as cursor:
    cursor.execute("SELECT token FROM analysis_ruleversion")
    token = cursor.fetchone()
    for change in ("UPDATE analysis_terms SET level = 'full'", "DELETE FROM analysis_terms"):
        try:
            cursor.execute(change)
        except DatabaseError as error:
            print("append-only" in str(error))
    cursor.execute("INSERT INTO analysis_terms (scope, value, basis, revoked, level, ai, attribution, reason, note, "
        "effective_from, created_at, publisher_id) "
        "SELECT scope, value, basis, revoked, level, ai, attribution, reason, note, "
        "effective_from, created_at, publisher_id FROM analysis_terms WHERE scope = 'publisher'")
    cursor.execute("SELECT token FROM analysis_ruleversion")
    print(token != cursor.fetchone())
"""
    assert run(database, look) == ["True"] * 3
    sites.manage(database, "migrate", "--verbosity", "0")
    assert (
        run(
            database,
            look.replace(
                "effective_from, created_at, publisher_id", "effective_from, created_at, publisher_id, signal, places"
            ),
        )
        == ["True"] * 3
    )


TERMS_GUARDED = """
from django.db import DatabaseError, connection, transaction
def seen():
    cursor.execute("SELECT token, (SELECT count(*) FROM analysis_recheck) FROM analysis_ruleversion")
    return cursor.fetchone()
with connection.cursor() as cursor:
    cursor.execute("SELECT max_words, quote_words, level FROM analysis_terms ORDER BY id")
    print(cursor.fetchall())
    for change in ("UPDATE analysis_terms SET level = 'full'", "DELETE FROM analysis_terms"):
        try:
            with transaction.atomic():
                cursor.execute(change)
        except DatabaseError as error:
            print("append-only" in str(error))
    token, rechecks = seen()
    cursor.execute("CREATE TEMPORARY TABLE one AS SELECT * FROM analysis_terms WHERE scope = 'publisher' LIMIT 1")
    cursor.execute("UPDATE one SET id = (SELECT max(id) + 1000 FROM analysis_terms)")
    cursor.execute("INSERT INTO analysis_terms SELECT * FROM one")
    newer, more = seen()
    print(token != newer, more - rechecks)
"""


def test_the_terms_keep_their_rows_and_every_guard_before_and_after_they_said_what_may_be_copied(database):
    run(database, MAKE)
    (rows, *guards) = run(database, TERMS_GUARDED)
    assert guards == ["True", "True", "True 1"]
    for at in ("0008", "0009"):
        sites.manage(database, "migrate", "analysis", at, "--verbosity", "0")
        before, *kept = run(database, TERMS_GUARDED)
        assert kept == guards and before.startswith(rows[:-1])
    assert run(
        database,
        """
from analysis.models import Terms
print({(t.copied_words, t.copied_percent) for t in Terms.objects.all()})
""",
    ) == ["{(None, None)}"]


def test_the_migrations_can_be_taken_back_to_nothing(database):
    run(database, MAKE)
    sites.manage(database, "migrate", "analysis", "zero", "--verbosity", "0")
    sites.manage(database, "migrate", "--verbosity", "0")
    assert run(database, MAKE + LOOK) == SEEN


def test_entities_of_one_name_in_two_spellings_stay_two_until_they_are_merged(database):
    sites.manage(database, "migrate", "analysis", "0002", "--verbosity", "0")
    names = ["Énergie", "énergie", "Port Salvan"]
    run(
        database,
        f"""
from django.db import connection
for name in {names!r}:
    connection.cursor().execute("INSERT INTO analysis_entity (name, slug, kind, description, aliases, site, wikidata) "
        "VALUES (%s, %s, 'place', '', '[]', '', '')", [name, str(ord(name[0]))])
""",
    )
    sites.manage(database, "migrate", "--verbosity", "0")
    look = """
from analysis import naming
from analysis.models import Entity
print(*Entity.objects.order_by("pk").values_list("name", flat=True), sep="|")
print(naming.entity("PORT SALVAN", "person").name, naming.entity("ÉNERGIE", "person").name)
"""
    assert run(database, look) == ["Énergie|énergie|Port Salvan", "Port Salvan Énergie"]
    sites.manage(database, "migrate", "analysis", "0002", "--verbosity", "0")


CASES = """
from uuid import uuid4
from analysis import rights
from analysis.models import Article, Event
from tests import making
article = making.article()  # what nobody covers yet, the older tables cannot hold
def ask(email):
    return rights.open_case(rights.Request(submission=uuid4(), urls=[article.url], want="remove",
        kind="opt_out", explanation="x", name="Rights desk", organisation="", relation="publisher", email=email,
        language="en"), "127.0.0.1")
first, second = ask("a@wire.test"), ask("b@wire.test")
for case in (second, first):
    rights.confirm(case)
rights.hold(second, None, "link")
rights.decide(first, None, rights.Ruling("granted", "remove", "You asked."))
rights.withdraw(second)
print(*Event.objects.values_list("case_id", "kind"))
"""
# Without the models: they know the newest tables alone.
OLD = """
import hashlib, json
from datetime import UTC, datetime
from django.db import DatabaseError, connection, transaction
cursor = connection.cursor()
cursor.execute("SELECT case_id, number, kind, data, by_id, at, previous, sha256 FROM analysis_event ORDER BY id")
heads = {}
for case, number, kind, data, by, at, previous, sha256 in cursor.fetchall():
    at = at if isinstance(at, datetime) else datetime.fromisoformat(at)
    at = at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    before = heads.get(case, (0, ""))
    body = [before[1], case, before[0] + 1, kind, json.loads(data), by, at.isoformat()]
    digest = hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    assert (number, previous, sha256) == (before[0] + 1, before[1], digest), (case, number)
    heads[case] = (number, sha256)
print(sorted(number for number, _head in heads.values()))
for table in ("event", "terms", "decision"):
    for words in (f"DELETE FROM analysis_{table}", f"UPDATE analysis_{table} SET id = id"):
        try:
            with transaction.atomic():
                cursor.execute(words)
            print("went through:", words)
        except DatabaseError as error:
            assert "append-only" in str(error)
def token():
    cursor.execute("SELECT token FROM analysis_ruleversion")
    return cursor.fetchone()
for table in ("hold", "terms"):
    before = token()
    cursor.execute(f"CREATE TEMPORARY TABLE one AS SELECT * FROM analysis_{table} LIMIT 1")
    cursor.execute("UPDATE one SET id = 1000")
    cursor.execute(f"INSERT INTO analysis_{table} SELECT * FROM one")
    cursor.execute("DROP TABLE one")
    print(table, before != token())
"""
GUARDED = """
from django.db import DatabaseError, connection, transaction
for table in ("event", "terms", "decision", "proof", "statement"):
    verbs = (f"DELETE FROM analysis_{table}", f"UPDATE analysis_{table} SET id = id + 1")
    for words in verbs:
        try:
            with transaction.atomic():
                connection.cursor().execute(words)
            # A trigger for each row says nothing of an empty table.
            print("refused" if table in ("proof", "statement") else words)
        except DatabaseError as error:
            print("refused" if "append-only" in str(error) else error)
"""


def test_the_events_of_all_cases_become_one_chain_and_go_back_to_one_for_each_case(database):
    said = run(database, CASES)
    published = sites.manage(database, "verify_events")
    assert published.startswith("7:")
    sites.manage(database, "migrate", "analysis", "0003", "--verbosity", "0")
    assert run(database, OLD) == ["[3, 4]", "hold True", "terms True"]
    sites.manage(database, "migrate", "--verbosity", "0")
    assert sites.manage(database, "verify_events") == published
    assert run(database, "from analysis.models import Event\n" + CASES.splitlines()[-1]) == said
    assert run(database, GUARDED) == ["refused"] * 10


def test_hosts_of_cases_that_were_erased_before_go_too_and_the_way_back_is_open(database):
    run(
        database,
        """
from uuid import uuid4
from datetime import timedelta
from django.conf import settings
from django.utils import timezone
from analysis import rights
from analysis.models import OutgoingMail
from tests import making
page = making.article(making.publisher(host="example-wire.test")).url
def ask(url):
    case = rights.open_case(rights.Request(submission=uuid4(), urls=[url], want="remove",
        kind="opt_out", explanation="x", name="Rights desk", organisation="", relation="publisher",
        email="rights@wire.test", language="en"), "127.0.0.1")
    rights.confirm(case)
    return case
for url, hosts in (("https://a-person.test/1", ["a-person.test", "www.a-person.test"]), (page, ["example-wire.test"])):
    case = ask(url)
    for host in hosts:
        rights.prove(rights.challenge(case, host), "dns", wide=False)
    rights.withdraw(case)
rights.erase(timezone.now() + timedelta(days=settings.ERASE_DAYS + 1))
OutgoingMail.objects.create(case=ask(page), kind="separated", to="rights@wire.test")
""",
    )
    hosts = """
from django.db import connection
cursor = connection.cursor()
cursor.execute("SELECT host FROM analysis_proof ORDER BY id")
print([host for host, in cursor.fetchall()])
"""
    assert run(database, hosts) == ["['', '', 'example-wire.test']"]
    sites.manage(database, "migrate", "analysis", "0010", "--verbosity", "0")
    assert run(database, hosts) == ["['erased-1', 'erased-2', 'example-wire.test']"]
    sites.manage(database, "migrate", "--verbosity", "0")
    assert run(database, hosts) == ["['', '', 'example-wire.test']"]
    assert run(database, GUARDED)[6:8] == ["refused"] * 2, "proofs"


WAITING = """
from uuid import uuid4
from analysis import rights
from analysis.models import OutgoingMail
from tests import making
article = making.article()
def confirmed(email):
    case = rights.open_case(rights.Request(submission=uuid4(), urls=[article.url], want="remove",
        kind="opt_out", explanation="x", name="Rights desk", organisation="", relation="publisher", email=email,
        language="en"), "127.0.0.1")
    rights.confirm(case)
    return case
earlier, joined, contests, separated = (confirmed(f"{n}@wire.test") for n in range(4))
for case in (joined, contests, separated):
    rights.join(case, earlier)
rights.decide(earlier, None, rights.Ruling("declined", "none", "No."))
rights.give_reasons(earlier, None, "Because.")
contests.refresh_from_db()
rights.appeal(contests, "No.")
separated.mail.update(claimed_at=separated.opened_at)  # else it would not be kept
rights.separate(separated)
rights.appeal(earlier, "No.")
rights.decide(earlier, None, rights.Ruling("granted", "remove", "Yes."))
"""
NAMED = """
from analysis.models import OutgoingMail
for mail in OutgoingMail.objects.filter(kind__in=["decided", "reasons"]).order_by("pk"):
    print(mail.to, mail.kind, mail.decision.number)
"""


def test_a_mail_that_waits_is_given_the_decision_that_it_was_written_with(database):
    run(database, WAITING)
    sites.manage(database, "migrate", "analysis", "0012", "--verbosity", "0")
    sites.manage(database, "migrate", "--verbosity", "0")
    assert run(database, NAMED) == [
        "0@wire.test decided 1", "3@wire.test decided 1", "2@wire.test decided 1", "1@wire.test decided 1",
        "0@wire.test reasons 1", "0@wire.test decided 2", "1@wire.test decided 2",
    ]  # fmt: skip


def test_the_names_of_known_entities_are_looked_for_in_texts(database):
    make = """
from analysis.models import Entity
Entity.objects.create(name="Grid Office", slug="grid-office", aliases=["G.O."])
"""
    run(database, make)
    sites.manage(database, "migrate", "analysis", "0014", "--verbosity", "0")
    sites.manage(database, "migrate", "--verbosity", "0")
    look = """
from analysis.models import EntityName
print(*sorted(EntityName.objects.values_list("folded", flat=True)), sep="|")
"""
    assert run(database, look) == ["g.o|grid office"]


def test_what_the_newsroom_itself_said_is_taken_back_to_a_person_who_was_told(database):
    make = """
from django.contrib.auth.models import User
from analysis.models import Remark
from tests import making
story, editor = making.draft(), User.objects.create(username="editor")
Remark.objects.create(story=story, to=editor, text="It was not published.")
Remark.objects.create(story=story, text="To nobody.")
Remark.objects.create(story=story, by=editor, text="An editor's.")
"""
    run(database, make)
    sites.manage(database, "migrate", "analysis", "0015", "--verbosity", "0")
    sites.manage(database, "migrate", "--verbosity", "0")
    look = "from analysis.models import Remark; print(*Remark.objects.values_list('by__username', 'text'))"
    assert run(database, look) == ["('editor', 'It was not published.') ('editor', \"An editor's.\")"]


PROMISED = """
from datetime import date
from django.contrib.auth.models import User
from analysis import editing, judging
from analysis.models import WatchItem
from tests import making
writer, other = (User.objects.create(username=name) for name in ("writer", "other"))
story = making.draft(created_by=writer)
due = date(2024, 6, 1)
items = [("It opens.", 70), ("It shuts.", 30), ("It waits.", 30), ("It moves.", 30)]
for n, (statement, likelihood) in enumerate(items):
    making.promise(story, statement, public=False, likelihood=likelihood, position=n, due=due)
editing.publish(story, None, at=making.LONG_AGO)
opens, shuts, waits, moves = story.watch_items.all()
opens.authors.add(writer)
judging.judge(opens, other, "yes", "It opened.", "https://register.test/1")
judging.judge(shuts, None, "annulled", "There is no port any more.")
judging.judge(waits, other, "no", "It did not.", "https://register.test/2")
judging.take_back(waits, other, "It did.")
making.promise(story, "Not public.", public=False, position=9)
"""
JUDGED = """
from django.db import DatabaseError, connection, transaction
from analysis.models import Judgment, WatchItem, WatchTally
for item in WatchItem.objects.all():
    of = item.topic_id and (item.topic.slug, item.desk.slug)
    print(item, item.state, list(item.authors.all()), of)
for said in Judgment.objects.order_by("item", "pk"):
    print(said.item, said.state, said.why, said.url, said.by, said.by_author)
print(sorted(WatchTally.objects.filter(n__gt=0).values_list("likelihood", "state", "n")))
for change in ("UPDATE analysis_watchitem SET likelihood = 99", "DELETE FROM analysis_judgment",
               "DELETE FROM analysis_watchitem"):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    except DatabaseError as error:
        print("frozen" in str(error), "append-only" in str(error))
"""
KEPT = [
    "It opens. yes [] ('grids', 'analysis')",
    "It shuts. annulled [] ('grids', 'analysis')",
    "It waits. open [] ('grids', 'analysis')",
    "It moves. open [] ('grids', 'analysis')",
    "Not public. open [] None",
    "It opens. yes It opened. https://register.test/1 other False",
    "It shuts. annulled There is no port any more.  None False",
    "[(30, 'annulled', 1), (30, 'open', 2), (70, 'yes', 1)]",
    "True False",
    "False True",
    "True False",
]


def test_what_was_judged_before_there_were_judgments_becomes_some_and_is_counted(database):
    run(database, PROMISED)
    before = run(database, JUDGED)
    assert before[0] == "It opens. yes [<User: writer>] ('grids', 'analysis')"
    sites.manage(database, "migrate", "analysis", "0018", "--verbosity", "0")
    as_typed = """
from django.db import connection
with connection.cursor() as cursor:
    for url, state in (("https://REGISTER.test/1?utm_source=x#y", "yes"), ("https://[", "annulled")):
        cursor.execute("UPDATE analysis_watchitem SET outcome_url = %s WHERE state = %s", [url, state])
"""
    run(database, as_typed)
    sites.manage(database, "migrate", "--verbosity", "0")
    assert run(database, JUDGED) == KEPT  # the way back has lost what was taken back, and who wrote it
    sites.manage(database, "migrate", "analysis", "0018", "--verbosity", "0")
    sites.manage(database, "migrate", "--verbosity", "0")
    assert run(database, JUDGED) == KEPT


def test_reports_of_errors_are_taken_back_with_their_mail_and_a_correction_keeps_its_words(database):
    make = """
from analysis import editing
from analysis.models import Story
from tests import making
from tests.reports import reported
story = making.published()
reported(story, email="ann@reader.test")
Story.objects.update(dek="It was eleven.")
editing.publish(story, None, kind="correction", reason="It was eleven.", thanks="Ann")
"""
    run(database, make)
    look = """
from analysis.models import *
print(ErrorReport.objects.count(), OutgoingMail.objects.count(), list(Correction.objects.values_list("text", "thanks")))
"""
    assert run(database, look) == ["1 1 [('It was eleven.', 'Ann')]"]
    sites.manage(database, "migrate", "analysis", "0022", "--verbosity", "0")
    sites.manage(database, "migrate", "--verbosity", "0")
    assert run(database, look) == ["0 0 [('It was eleven.', '')]"]


def test_what_its_reader_took_back_goes_with_the_state_and_no_other_report_does(database):
    make = """
from datetime import timedelta
from django.utils import timezone
from analysis import reporting
from tests import making
from tests.reports import reported
story = making.published()
reporting.take_back(reported(story, wrong="Taken back.", email="ann@reader.test").reference)
reporting.decline(reported(story, wrong="Declined."), None, "No.")
reported(story, wrong="Unnamed.", name="Ann")
reporting.unname(timezone.now() + timedelta(days=4000))
"""
    run(database, make)
    look = """
from django.db import IntegrityError, transaction
from analysis.models import ErrorReport
for one in ErrorReport.objects.order_by("id"):
    print(one.state, one.wrong, one.unnamed_at is not None)
try:
    with transaction.atomic():
        ErrorReport.objects.update(state="taken_back")
except IntegrityError:
    print("refused")
"""
    kept = ["declined Declined. False", "open Unnamed. False", "refused"]
    assert run(database, look) == ["taken_back  False", "declined Declined. False", "open Unnamed. True", "refused"]
    sites.manage(database, "migrate", "analysis", "0027", "--verbosity", "0")
    sites.manage(database, "migrate", "--verbosity", "0")
    assert run(database, look) == kept


def test_nobody_is_made_to_have_said_who_wrote_what_was_there_before_it_was_asked(database):
    """What was frozen then is what is saved still, and who writes now is a person until somebody says otherwise."""
    make = """
from tests import making
from analysis.models import ContextNote
story = making.draft(headline="Turbines", slug="turbines")
ContextNote.objects.create(story=story, slot="take", text="We doubt it.")
"""
    run(database, make)
    sites.manage(database, "migrate", "analysis", "0022", "--verbosity", "0")
    sites.manage(database, "migrate", "--verbosity", "0")
    look = """
from django.db import IntegrityError, transaction
from analysis.models import ContextNote, Story, Summary
story = Story.objects.get()
note, summary = story.notes.get(), story.summary
print([story.head_made_by, note.made_by, summary.made_by, story.conflicts, note.checked_at])
print([story.claims_made_by, story.watch_made_by])
new = Story.objects.create(slug="newer", headline="Newer", topic=story.topic, desk=story.desk)
print(new.head_made_by == ContextNote.objects.create(story=new, slot="take", text="So.").made_by == "person")
print(new.claims_made_by == new.watch_made_by == "person")
for rows, wrong in ((Story, {"head_made_by": "both"}), (ContextNote, {"made_by": "model"}),
                    (Story, {"claims_made_by": "both"}), (Story, {"watch_checked_at": new.created_at}),
                    (Summary, {"checked_at": new.created_at})):
    try:
        with transaction.atomic():
            rows.objects.update(**wrong)
    except IntegrityError:
        print("refused")
"""
    assert run(database, look) == ["['', '', 'person', '', None]", "['', '']", "True", "True", *["refused"] * 5]

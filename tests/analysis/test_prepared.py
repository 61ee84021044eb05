"""A prepared query answers as the QuerySet that it is written as, whatever values it is given, and as often."""

import gc
import weakref
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connections

from analysis.models import Article, Revision, Story, WatchItem
from analysis.prepared import LONGEST, Prepared, PreparedModels
from tests import making

pytestmark = pytest.mark.django_db


def test_each_call_binds_its_own_values():
    by_slug = Prepared(lambda slug: Story.objects.filter(slug=slug).values_list("pk", "slug"), slug=str)
    stories = [making.published(), making.published()]
    for story in stories * 2:
        assert by_slug(slug=story.slug) == [(story.pk, story.slug)]
    assert by_slug(slug="nobody's' OR 1=1 --") == []


def test_values_come_back_as_the_models_read_them():
    story = making.published()
    columns = ("number", "content", "html", "created_at", "story__published_at")
    plain = Revision.objects.filter(story=story).values_list(*columns)
    prepared = Prepared(lambda story: Revision.objects.filter(story=story).values_list(*columns), story=int)
    assert prepared(story=story.pk) == list(plain)
    assert prepared(story=story.pk)[0][3].tzinfo is UTC


@pytest.mark.parametrize("many", range(10))
def test_a_list_may_have_any_length(many, django_assert_num_queries):
    ids = [making.article().pk for _ in range(10)]
    some = Prepared(lambda ids: Article.objects.filter(pk__in=ids).order_by("pk").values_list("pk"), ids=[int])
    with django_assert_num_queries(1 if many else 0):
        assert some(ids=ids[:many]) == [(pk,) for pk in ids[:many]]


def test_days_and_moments_are_compared_as_the_engine_keeps_them():
    article = making.article(published_at=datetime(2026, 5, 1, 23, 30, 0, 250, tzinfo=UTC))
    earlier = Prepared(lambda at: Article.objects.filter(published_at__lt=at).values_list("pk"), at=datetime)
    assert earlier(at=article.published_at) == []
    assert earlier(at=article.published_at + timedelta(microseconds=1)) == [(article.pk,)]
    story = making.published()
    item = making.promise(story, due=date(2026, 5, 2))
    due = Prepared(lambda day: WatchItem.objects.filter(due__lt=day, pk=item.pk).values_list("due"), day=date)
    assert due(day=date(2026, 5, 2)) == []
    assert due(day=date(2026, 5, 3)) == [(date(2026, 5, 2),)]


def test_the_first_few_can_be_asked_for(django_assert_num_queries):
    ids = [making.article().pk for _ in range(3)]
    newest = Prepared(lambda: Article.objects.order_by("-pk").values_list("pk"))
    for most in (1, 2, 1):
        with django_assert_num_queries(1):
            assert newest(most=most) == [(pk,) for pk in reversed(ids)][:most]
    assert len(newest()) == Article.objects.count()


@pytest.mark.parametrize("many", [LONGEST - 1, LONGEST, LONGEST + 1, 5_000])
def test_a_long_list_is_answered_too(many, django_assert_num_queries):
    pk = making.article().pk
    some = Prepared(lambda ids: Article.objects.filter(pk__in=ids).order_by("pk").values_list("pk"), ids=[int])
    with django_assert_num_queries(1):
        assert some(most=3, ids=[pk, *range(10**6, 10**6 + many - 1)]) == [(pk,)]


@pytest.mark.parametrize("values", [{}, {"slug": "a", "topic": 1}, {"Slug": "a"}])
def test_a_value_without_a_place_is_refused(values):
    by_slug = Prepared(lambda slug: Story.objects.filter(slug=slug).values_list("pk"), slug=str)
    with pytest.raises(TypeError, match="the places are slug"):
        by_slug(**values)


def test_what_was_compiled_goes_with_its_connection():
    """A server's threads come and go; each has a connection, and a connection holds files open."""
    by_slug = Prepared(lambda slug: Story.objects.filter(slug=slug).values_list("published_at"), slug=str)
    connection = connections.create_connection("default")
    assert by_slug._compiled(connection, (None, 1)) is by_slug._compiled(connection, (None, 1))
    gone = weakref.ref(connection)
    del connection
    gc.collect()
    assert gone() is None


def test_a_connection_that_was_closed_answers_again():
    making.published(slug="here")
    by_slug = Prepared(lambda slug: Story.objects.filter(slug=slug).values_list("slug"), slug=str)
    other = connections.create_connection("default")
    compiled = by_slug._compiled(other, (None, 1))
    other.close()
    assert by_slug._compiled(other, (None, 1)) == compiled
    assert by_slug(slug="here") == [("here",)]


def test_models_come_with_what_is_selected_beside_them(django_assert_num_queries):
    stories = [making.published(), making.draft(summary="It said so."), making.draft(summary="")]

    def asked(pk):
        related = Story.objects.select_related("topic", "edited_by", "summary__checked_by", "current")
        return related.defer("current__html").filter(pk=pk)

    prepared = PreparedModels(asked, pk=int)
    for story in stories * 2:
        with django_assert_num_queries(1):
            (found,) = prepared(pk=story.pk)
            beside = [getattr(found, name, None) for name in ("topic", "edited_by", "summary", "current")]
        plain = asked(story.pk).get()
        assert vars(found).keys() == vars(plain).keys()
        for field in Story._meta.concrete_fields:
            assert getattr(found, field.attname) == getattr(plain, field.attname)
        assert beside == [getattr(plain, name, None) for name in ("topic", "edited_by", "summary", "current")]
        assert found._state.db == plain._state.db and not found._state.adding
        if found.current:
            assert found.current.get_deferred_fields() == {"html"}
            assert (found.current.content, found.current.html) == (plain.current.content, plain.current.html)


def test_models_of_one_call_are_not_those_of_another():
    prepared = PreparedModels(lambda ids: Article.objects.filter(pk__in=ids).order_by("pk"), ids=[int])
    articles = [making.article() for _ in range(3)]
    one, other = prepared(ids=[a.pk for a in articles[:2]]), prepared(ids=[a.pk for a in articles[1:]])
    assert [a.pk for a in one] == [a.pk for a in articles[:2]]
    assert [a.pk for a in other] == [a.pk for a in articles[1:]]
    assert one[1] == other[0] and one[1] is not other[0]
    assert prepared(ids=[]) == []
    assert len(prepared(ids=list(range(1, LONGEST + 9)))) == Article.objects.filter(pk__lt=LONGEST + 9).count()

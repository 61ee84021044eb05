"""Which article an address leads to."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from analysis.models import Article
from analysis.owners import article_at
from tests import making

pytestmark = pytest.mark.django_db
SPELLINGS = [
    "http://spelled.test/a",
    "https://www.spelled.test/a",
    "http://www.spelled.test/a/",
    "https://spelled.test/a/",
]


@pytest.mark.parametrize("url", SPELLINGS)
def test_one_page_is_one_article_in_all_its_spellings(url):
    article = making.article(making.publisher(host="spelled.test"), path="a")
    assert article_at(url) == article
    assert article_at(url.replace("/a", "/b")) is None


def test_of_two_spellings_that_are_known_the_one_written_counts():
    of = making.publisher(host="spelled.test")
    first, second = (Article.objects.create(url=url, title="T", publisher=of) for url in SPELLINGS[:2])
    assert article_at(SPELLINGS[1]) == second
    assert article_at(SPELLINGS[2]) == first


@pytest.mark.parametrize("url", SPELLINGS)
def test_the_desk_makes_no_second_article_of_a_page(url):
    known = making.article(making.publisher(host="spelled.test"), path="a")
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    data = {"url": url, "title": "T", "publisher": known.publisher_id, "language": "en"}
    response = client.post("/admin/analysis/article/add/", data)
    assert "This article is known already as https://spelled.test/a." in response.content.decode()
    assert Article.objects.get() == known

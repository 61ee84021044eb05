"""Someone who asks and someone who decides. Nothing of Django is imported before its settings are made."""

import pytest


@pytest.fixture
def story(db):
    from tests import making

    return making.published(making.article(making.publisher(host="wire.example.test"), path="1"))


@pytest.fixture
def answer():
    from tests.newsroom.publishers.asking import answer_all

    return answer_all


@pytest.fixture
def file_case():
    from tests.newsroom.publishers.asking import file

    return file


@pytest.fixture
def confirmed_case():
    from tests.newsroom.publishers.asking import file_and_confirm

    return file_and_confirm


@pytest.fixture
def decider(db):
    """The browser of an editor of standards."""
    from django.contrib.auth.models import Group, User
    from django.test import Client

    user = User.objects.create_user("standards", is_staff=True)
    user.groups.add(Group.objects.get(name="standards"))
    client = Client()
    client.force_login(user)
    return client

"""The people of the newsroom, each signed in, and a story to work on. Nothing of Django is imported too early."""

import pytest


@pytest.fixture
def person(db):
    """Makes a signed-in client: person("writer"), or person() for a superuser."""
    from django.contrib.auth.models import Group, User
    from django.test import Client

    def make(role: str = "", name: str = "") -> Client:
        user = User.objects.create_user(name or role or "root", is_staff=True, is_superuser=not role)
        if role:
            user.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(user)
        client.user = user
        return client

    return make


@pytest.fixture
def writer(person):
    return person("writer")


@pytest.fixture
def editor(person):
    return person("editor")


@pytest.fixture
def standards(person):
    return person("standards")


@pytest.fixture
def superuser(person):
    return person()


@pytest.fixture
def draft(db):
    from tests import making

    return making.draft()


@pytest.fixture
def published(db):
    """A public story with a claim, a watch item and a note."""
    from datetime import timedelta

    from django.utils import timezone

    from analysis import editing
    from analysis.models import Claim, ContextNote, Evidence, WatchItem
    from tests import making

    story = making.draft(headline="A public headline")
    claim = Claim.objects.create(story=story, text="Twelve firms bid.", standing="reported", why="One report.")
    Evidence.objects.create(claim=claim, source=story.sources.get(), stance="states")
    ContextNote.objects.create(story=story, slot="take", text="Our take as it was.")
    due = timezone.localdate() + timedelta(days=30)
    WatchItem.objects.create(
        story=story, statement="The winner is named.", due=due, likelihood=70, settled_by="A register"
    )
    editing.publish(story, None)
    story.refresh_from_db()
    return story

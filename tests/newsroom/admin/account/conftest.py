"""The accounts of these tests."""

import pytest

PASSWORD = "a ferry that crosses at night"


@pytest.fixture(autouse=True)
def _fast(settings):
    """A hash that is slow on purpose would be most of what these tests do."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def staff(db):
    """Makes an account of the desk: staff("ada")."""
    from django.contrib.auth.models import Group, User

    def make(name: str = "ada", **fields):
        user = User.objects.create_user(
            name, password=PASSWORD, email=f"{name}@desk.example", **({"is_staff": True} | fields)
        )
        user.groups.add(Group.objects.get(name="writer"))
        return user

    return make

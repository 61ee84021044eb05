"""Load the demonstration publication, and make an administrator on the first day."""

import secrets
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand

from newsroom import demonstration


class Command(BaseCommand):
    help = "Loads the demonstration publication (again and again without harm) and makes an admin login if none exists."

    def handle(self, *args: Any, **options: Any) -> None:
        added = demonstration.load()
        self.stdout.write(f"Demonstration publication: {added} stories and cases added." if added
                          else "Demonstration publication: already here.")  # fmt: skip
        if User.objects.filter(is_superuser=True).exists():
            return
        password = secrets.token_urlsafe(15)
        User.objects.create_superuser("admin", password=password)
        self.stdout.write(
            f"\n  Admin login:  admin\n  Password:     {password}\n"
            "  It is shown this once and kept nowhere in clear. To change it later:\n"
            "  SECRET_KEY=$(cat var/secret) .venv/bin/python manage.py changepassword admin\n"
        )

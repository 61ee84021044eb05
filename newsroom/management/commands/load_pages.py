"""Write the standing pages of a new installation, so that no link to them is dead."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from newsroom import standing


class Command(BaseCommand):
    help = "Writes the standing pages under /about/ that are missing, English and French; changes none that is there."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        written = standing.load()
        if not written:
            self.stdout.write("Standing pages: all here already.")
            return
        self.stdout.write(
            f"Standing pages: {written} written. Read them in the admin, under Pages, and make them yours;\n"
            "who-we-are has to be in your own words."
        )

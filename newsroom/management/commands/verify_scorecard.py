"""Prove that the scorecard counts every forecast: for cron, and after somebody has written to the database by hand."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analysis import tallying


class Command(BaseCommand):
    help = "Counts every forecast anew and says where the scorecard's summary differs (status 1)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mend", action="store_true", help="make the summary say what is so")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["mend"]:
            self.stdout.write(f"{tallying.mend()} rows mended.")
        elif found := tallying.differing():
            raise CommandError(f"{len(found)} rows of the summary are wrong; --mend counts them anew.")
        else:
            self.stdout.write("The scorecard counts every forecast.")

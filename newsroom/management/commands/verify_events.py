"""Prove that nobody has changed the record of events: for cron, for an auditor, and before a report is published."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analysis import rights
from analysis.models import Chain


def published(text: str) -> tuple[int, str]:
    """LENGTH:HEAD, as the transparency report prints it."""
    found = re.fullmatch(r"(0):|([1-9][0-9]{0,17}):([0-9a-f]{64})", text)
    if not found:
        raise ArgumentTypeError(f"{text!r} is not LENGTH:HEAD, a number and 64 hexadecimal digits.")
    return int(found[1] or found[2]), found[3] or ""


class Command(BaseCommand):
    help = "Proves the chain of hashes over all events of all cases, or names the first link that is broken (status 1)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--expect",
            type=published,
            metavar="LENGTH:HEAD",
            help="also prove that the record still begins with what a transparency report once published",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if broken := rights.first_broken():
            raise CommandError(broken)
        if options["expect"] and not rights.begins_with(*options["expect"]):
            raise CommandError(
                "The chain holds, but it does not begin with {}:{}. What was published then has been rewritten.".format(
                    *options["expect"]
                )
            )
        chain = Chain.objects.get(pk=1)
        self.stdout.write(f"{chain.length}:{chain.head}")

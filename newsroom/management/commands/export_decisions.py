"""Decisions for the public registers, as JSON lines: one record a line, so that an archive of any size can be piped."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analysis import exports

FORMATS = {"eu": exports.eu_statements, "lumen": exports.lumen_notices}


def day(text: str) -> datetime:
    """The beginning of a day, in UTC."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a day such as 2026-11-20.") from error


class Command(BaseCommand):
    help = "Prints decisions as JSON lines in the form of a public register, without any personal data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--format", choices=FORMATS, required=True, help="eu: DSA Transparency Database; lumen: Lumen"
        )
        parser.add_argument("--since", type=day, metavar="DATE", help="decided on this day (UTC) or later: 2026-11-20")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            for record in FORMATS[options["format"]](options["since"]):
                self.stdout.write(json.dumps(record, ensure_ascii=False))
        except exports.ExportError as error:
            raise CommandError(str(error)) from error

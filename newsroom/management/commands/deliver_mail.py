"""Send what waits in the outbox: for cron, or by hand when the worker was away."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from newsroom import mail


class Command(BaseCommand):
    help = "Sends the mail that waits in the outbox. The worker (manage.py ox_worker) does the same on its own."

    def handle(self, *args: Any, **options: Any) -> None:
        sent, waiting = mail.deliver()
        self.stdout.write(f"{sent} sent, {waiting} still waiting.")
        if waiting:
            raise CommandError("Some mail was not sent. The case page in the admin shows why.")

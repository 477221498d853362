"""The link by which the first account is made, where `serve` is not what runs the pages."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from core.commands import SentenceCommand
from core.first_owner import DONE, has_nobody, new_page


class Command(SentenceCommand):
    help = "Print a link that makes the first account, once. A link that was printed before is void."

    def handle(self, *args: Any, **options: Any) -> None:
        if not has_nobody():
            raise CommandError(DONE)
        self.say(f"{settings.PUBLIC_URL}{new_page()}")

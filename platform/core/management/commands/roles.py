"""Print who may do what."""

from typing import Any

from core.commands import SentenceCommand
from core.roles import table


class Command(SentenceCommand):
    help = "Print the table of roles and what each may do, as docs/roles.md holds it."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(table(), ending="")

"""Check that the audit log is as it was sealed."""

import argparse
from itertools import islice
from typing import Any

from django.core.management.base import CommandError

from core.auditing.sealing import head, unsealed
from core.auditing.verifying import verify
from core.commands import SentenceCommand
from core.importing.files import counted

SHOWN = 100


class Command(SentenceCommand):
    help = (
        "Walk the sealed batches of the audit log. Exit code 0: nothing was changed, removed or added; 1: what was, by "
        "name. With a digest that was kept outside, like that of an export's manifest, a chain that was made anew is "
        "found out too."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--head", default="", metavar="DIGEST", help="has to be in the chain")

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify(options["head"].strip().lower())
        wrong = list(islice(found, SHOWN))
        for sentence in wrong:
            self.stdout.write(sentence)
        if more := sum(1 for _ in found):
            self.stdout.write(f"And {more:,} more.")
        waiting = f"{counted(unsealed(), 'events')} not sealed yet."
        if wrong:
            raise CommandError(f"The audit log is not as it was sealed: {len(wrong) + more:,} found. {waiting}")
        newest = head()
        of = f"batch {newest.number}, {newest.digest}" if newest.number else "none"
        self.stdout.write(f"The audit log is as it was sealed, up to {of}. {waiting}")

"""Erase a person: their words and their name in every project, then their account."""

import argparse
from typing import Any

from core.commands import SentenceCommand
from core.errors import PrefereeError
from core.models import Removal, User
from core.removing.account import erase_everywhere
from core.runs.actions import run_here


def _work(removal: Removal) -> None:
    assert removal.run is not None, "it was recorded with the removal"
    run = run_here(removal.run)
    if run.error:
        raise PrefereeError(f"{removal.project.name}: {run.error}")


class Command(SentenceCommand):
    help = (
        "Erase a person from this installation: in every project their name, reasons and free answers go and their "
        "verdicts stay as nobody's; files of datasets that name them are deleted; then nobody can log in with the "
        "account or tell whose it was. Nobody can undo this. Exit code 1: it could not be done, and says why."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--yes", action="store_true", help="do not ask for the address once more")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email__iexact=options["email"].strip()).first()
        if person is None:
            raise PrefereeError(f"There is no account with the address {options['email']}.")
        if not options["yes"] and input(f"Write {person.email} to erase {person}: ").strip().lower() != person.email:
            raise PrefereeError("This is not the address, so nothing was erased.")
        projects = erase_everywhere(person, by=None, work=_work)
        self.stdout.write(f"Erased in {projects:,} project{'' if projects == 1 else 's'}, and the account.")

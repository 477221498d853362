"""What the commands share: a failure with a sentence is a sentence on the terminal and exit code 1.

Whoever has the shell may do everything. With `--by` a command acts as one person, and may do what that person may.
"""

import argparse
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.db.utils import NotSupportedError, OperationalError, ProgrammingError
from django.http import Http404
from psycopg.errors import UndefinedTable

from config.embedded import EmbeddedError
from core.errors import PrefereeError
from core.models import Project, User
from core.permissions import Verb, get_project


class SentenceCommand(BaseCommand):
    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except (PrefereeError, EmbeddedError, OperationalError, NotSupportedError) as error:
            raise CommandError(str(error).strip()) from error
        except ProgrammingError as error:
            if isinstance(error.__cause__, UndefinedTable):
                raise CommandError("The database has no tables yet. Run: python manage.py migrate") from error
            raise

    def say(self, sentence: str) -> None:
        """Seen at once, by whoever is still there to see it."""
        with suppress(OSError):  # the terminal was closed
            self.stdout.write(sentence)
            self.stdout.flush()


def add_by(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--by", metavar="EMAIL", help="act as this person: with their permissions, under their name in the audit log"
    )


def person_of(options: Mapping[str, Any]) -> User | None:
    """Whom `--by` names; None where it is unset."""
    email = options["by"]
    if email is None:
        return None
    person = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        raise PrefereeError(f"Nobody here has the address {email}. Give --by the e-mail address of an account.")
    return person


def project_named(slug: str, verb: Verb, by: User | None) -> Project:
    """The project, where `by` may do this in it; everybody who has the shell where `by` is None."""
    missing = PrefereeError(f"There is no project “{slug}”. Import something into it first (manage.py ingest).")
    if by is None:
        if project := Project.objects.standing().filter(slug=slug).first():
            return project
        raise missing
    try:
        return get_project(by, slug, verb)
    except Http404:
        raise missing from None
    except PermissionDenied as error:
        raise PrefereeError(f"{by.email}: {error}") from error

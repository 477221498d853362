"""What the commands share: a failure with a sentence is a sentence on the terminal and exit code 1."""

from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.utils import NotSupportedError, OperationalError, ProgrammingError
from psycopg.errors import UndefinedTable

from config.embedded import EmbeddedError
from core.errors import PrefereeError
from core.models import Project


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


def project_named(slug: str) -> Project:
    project = Project.objects.standing().filter(slug=slug).first()
    if project is None:
        raise PrefereeError(f"There is no project “{slug}”. Import something into it first (manage.py ingest).")
    return project

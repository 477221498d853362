"""The questions of a project on the command line: show them as a file, publish a file."""

import argparse
import sys
from pathlib import Path
from typing import Any

from annotate.composing.changes import changes
from annotate.composing.files import FORMATS, MOST_CHARACTERS, questions_in, written
from annotate.composing.versions import version_of
from core.commands import SentenceCommand, add_by, person_of, project_named
from core.errors import PrefereeError
from core.models import Project, User
from core.questions import current, mark_of, publish


class Command(SentenceCommand):
    help = (
        "questions show --project SLUG [--number N] [--format yaml|json]; questions publish --project SLUG FILE, where "
        "FILE is YAML or JSON and - is the standard input. Exit code 0: done, 1: refused, with the sentence why."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        show, publishing = verbs.add_parser("show"), verbs.add_parser("publish")
        show.add_argument("--number", metavar="N", help="of the version to show; without it, the one in force")
        show.add_argument("--format", choices=FORMATS, default="yaml")
        publishing.add_argument("file", metavar="FILE")
        for each in (show, publishing):
            each.add_argument("--project", metavar="SLUG", required=True)
            add_by(each)

    def handle(self, *args: Any, **options: Any) -> None:
        by = person_of(options)
        project = project_named(options["project"], "manage", by)
        if options["verb"] == "show":
            self._show(project, options["number"], options["format"])
        else:
            self._publish(project, options["file"], by)

    def _show(self, project: Project, number: str | None, ending: str) -> None:
        row = current(project) if number is None else version_of(project, number)
        if row is None:
            raise PrefereeError(f"{project.slug} has no version {number} of its questions.")
        text = written(row.questions, ending, f"Questions {row.version} of {project.slug}")
        self.stdout.write(text, ending="")

    def _publish(self, project: Project, name: str, by: User | None) -> None:
        questions = questions_in(_text_of(name), "The standard input" if name == "-" else name)
        before = current(project)
        was = before.questions
        after = publish(project, questions=questions, seen=mark_of(before), by=by)
        said = changes(was, after.questions)
        for sentence in said:
            self.stdout.write(sentence)
        self.stdout.write(f"Version {after.version} is in force." if said else "Nothing changed.")


def _text_of(name: str) -> str:
    """Raises PrefereeError where it cannot be read."""
    try:
        data = sys.stdin.buffer.read(4 * MOST_CHARACTERS) if name == "-" else _bytes_of(Path(name))
        return data.decode()
    except OSError as error:
        raise PrefereeError(f"{name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise PrefereeError(f"{name} is no text in UTF-8.") from error


def _bytes_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4 * MOST_CHARACTERS)

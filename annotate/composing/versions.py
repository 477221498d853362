"""The question sets that a project has had: who published each, and what it changed of the one before."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from annotate.composing.changes import changes
from core.models import Project, QuestionSet
from core.questions import publishers_of

MOST_VERSIONS = 50


@dataclass(frozen=True, slots=True)
class Version:
    row: QuestionSet
    who: str
    changes: Sequence[str]
    other_guidelines: bool
    is_first: bool


def version_of(project: Project, number: str) -> QuestionSet | None:
    is_number = number.isascii() and number.isdigit() and len(number) < 10
    return project.question_sets.filter(version=int(number)).first() if is_number else None


def versions_of(project: Project) -> list[Version]:
    """The newest first, each compared with the one before it."""
    rows = list(project.question_sets.order_by("-version")[: MOST_VERSIONS + 1])
    who = publishers_of(project, rows)
    return [_version(row, before, who) for row, before in pairwise([*rows, None]) if row is not None][:MOST_VERSIONS]


def _version(row: QuestionSet, before: QuestionSet | None, who: dict[str, str]) -> Version:
    said = changes(before.questions, row.questions) if before else []
    is_other = before is not None and before.guidelines != row.guidelines
    return Version(row, who.get(str(row.version), ""), said, is_other, before is None)

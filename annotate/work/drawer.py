"""The guidelines beside the work, and what is new in them for somebody who has read an older version."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.safestring import SafeString

from annotate.models import Assignment, GuidelinesRead
from core.differences import Difference, difference
from core.models import Project, QuestionSet, User
from core.questions import last_seen
from core.rendering import rendered


@dataclass(frozen=True, slots=True)
class Drawer:
    """`change` is None where this person has read these, or has read none before."""

    text: SafeString | str
    version: int
    read: int | None = None
    change: Difference | None = None


def drawer_of(person: User, project: Project, assignment: Assignment | None) -> Drawer | None:
    """Those of the round in which the comparison was handed out, also where a new one has begun since."""
    current = assignment.round if assignment else project.current_round
    if current is None:
        return None
    now, before = current.question_set, last_seen(person, project)
    text = rendered(now.guidelines, breaks=False) if now.guidelines.strip() else ""
    if before is None or before.version >= now.version:
        return Drawer(text, now.version)
    change = difference(before.guidelines, now.guidelines)
    return Drawer(text, now.version, before.version, None if change.is_none else change)


def mark_read(person: User, project: Project, version: int) -> None:
    """They have opened the guidelines of this version; an older one opened later takes nothing back."""
    found = QuestionSet.objects.filter(project=project, version=version).first()
    if found is None:
        return
    row, is_new = GuidelinesRead.objects.get_or_create(project=project, person=person, defaults={"question_set": found})
    if not is_new and row.question_set.version < version:
        GuidelinesRead.objects.filter(pk=row.pk).update(question_set=found, at=timezone.now())

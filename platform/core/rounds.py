"""The rounds of a project: open the next one, close it, say until when its answers are wanted."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from core import audit
from core.errors import Conflict, PrefereeError
from core.models import Project, Round, User
from core.questions import current

LONGEST_NAME = 200


@transaction.atomic
def open_round(project: Project, name: str, *, due: datetime | None = None, by: User | None = None) -> Round:
    """The next batch, under the questions of now; the one that was open is closed.

    Whoever is in the middle of an answer finishes it in the round that it began in. Raises PrefereeError where the
    name is too long or taken, or the due date is over.
    """
    _lock(project)
    name, questions = " ".join(name.split()), current(project)
    number = 1 + (project.rounds.aggregate(last=Max("number"))["last"] or 0)
    name = name or f"round {number}"
    _check(project, name, due)
    project.rounds.filter(closed=None).update(closed=timezone.now())
    opened = Round.objects.create(project=project, number=number, name=name, question_set=questions, due=due)
    audit.record("round.open", project=project, actor=by, target=name, due=_text(due))
    return opened


@transaction.atomic
def close_round(project: Project, number: int, *, by: User | None = None) -> None:
    """Nothing is handed out until another is opened; what people hold, they finish."""
    _lock(project)
    found = _open(project, number)
    found.closed = timezone.now()
    found.save(update_fields=["closed"])
    audit.record("round.close", project=project, actor=by, target=found.name)


@transaction.atomic
def set_due(project: Project, number: int, due: datetime | None, *, by: User | None = None) -> None:
    """Until when the answers of an open round are wanted; nobody is stopped by it."""
    _lock(project)
    found = _open(project, number)
    if found.due == due:
        return
    found.due = due
    found.save(update_fields=["due"])
    audit.record("round.due", project=project, actor=by, target=found.name, due=_text(due))


def due_of(project: Project) -> datetime | None:
    """Until when the answers of the open round are wanted; None where nobody said so."""
    current = project.current_round
    return current.due if current else None


def _open(project: Project, number: int) -> Round:
    found = project.rounds.filter(number=number, closed=None).first()
    if found is None:
        raise Conflict("This round is not open any more. Reload the page.")
    return found


def _check(project: Project, name: str, due: datetime | None) -> None:
    if len(name) > LONGEST_NAME:
        raise PrefereeError(f"The name has {len(name)} characters. Write 1 to {LONGEST_NAME}.")
    if project.rounds.filter(name=name).exists():
        raise PrefereeError(f"There is a round “{name}” already. Choose another name.")
    if due is not None and due <= timezone.now():
        raise PrefereeError("The due date is over already. Choose a later one, or none.")


def _lock(project: Project) -> None:
    Project.objects.select_for_update(no_key=True).only("pk").get(pk=project.pk)


def _text(due: datetime | None) -> str | None:
    return None if due is None else due.isoformat(timespec="minutes")

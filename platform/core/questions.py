"""The questions and guidelines of a project: which stand, whether they fit, and how others take their place."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from core import audit
from core.bulk import lock_project
from core.errors import Conflict, PrefereeError
from core.ids import canonical, key_of
from core.models import AuditEvent, Judgment, Project, QuestionSet, Round, User
from core.signals import asked_changed

LONGEST_GUIDELINES = 100_000
Question = Mapping[str, Any]
STALE = (
    "Somebody else has published other questions or guidelines since you opened this page. Yours are kept below; "
    "open the page anew in another tab to compare, then publish again."
)


class Room(Protocol):
    """What only the room knows in which people answer."""

    def check(self, questions: Sequence[Question]) -> None:
        """Raises PrefereeError with the first thing that does not fit."""

    def responses_asked(self, questions: Sequence[Question]) -> tuple[int, int]:
        """How many responses a comparison has at least and at most to be asked about."""

    def are_shown(self, questions: QuestionSet) -> bool:
        """Whether somebody has, or had, these questions before them."""

    def last_seen(self, person: User, project: Project) -> QuestionSet | None:
        """Those under which the person has judged last."""


_rooms: list[Room] = []


def register(room: Room) -> None:
    _rooms[:] = [room]


def current(project: Project) -> QuestionSet:
    """Those of the open round; the newest where all rounds are closed."""
    open_round = project.rounds.filter(closed=None).select_related("question_set").order_by("-number").first()
    return open_round.question_set if open_round else project.question_sets.latest("version")


def last_seen(person: User, project: Project) -> QuestionSet | None:
    return _rooms[0].last_seen(person, project) if _rooms else None


def mark_of(questions: QuestionSet) -> str:
    """The same for the same version with the same content: a form carries it, to notice that others were quicker."""
    return key_of(str(questions.pk), canonical(questions.questions), questions.guidelines).hex()


def publishers_of(project: Project, rows: Iterable[QuestionSet]) -> dict[str, str]:
    """By version, whoever the audit log names last for it."""
    versions = [str(row.version) for row in rows]
    events = AuditEvent.objects.filter(project=project, verb="questions.publish", target__in=versions)
    found = events.select_related("actor").order_by("at", "pk")
    return {event.target: str(event.actor) for event in found if event.actor_id and event.actor}


@transaction.atomic
def publish(
    project: Project,
    *,
    questions: Sequence[Question] | None = None,
    guidelines: str | None = None,
    seen: str,
    by: User | None = None,
) -> QuestionSet:
    """What is given stands from now on, what is not stays as it is.

    Where nobody has seen the current ones yet, they are edited in place; else the next version is asked in a new
    round, and whoever is in the middle of an answer finishes it under the round that it began in.
    Raises PrefereeError where they do not fit, Conflict where the current ones are not those that were `seen`.
    """
    locked = Project.objects.select_for_update(no_key=True).get(pk=project.pk)  # one publishes at a time
    before = current(project)
    if mark_of(before) != seen:
        raise Conflict(STALE)
    wanted = list(before.questions if questions is None else questions)
    text = before.guidelines if guidelines is None else guidelines.replace("\r\n", "\n")
    check(wanted)
    if len(text) > LONGEST_GUIDELINES:
        raise PrefereeError(f"The guidelines have {len(text):,} characters. Shorten them to {LONGEST_GUIDELINES:,}.")
    if (wanted, text) == (before.questions, before.guidelines):
        return before
    after = _published(project, before, wanted, text, by)
    ask_about(locked, wanted)
    return after


def _published(
    project: Project, before: QuestionSet, questions: list[Question], guidelines: str, by: User | None
) -> QuestionSet:
    changed = [
        name
        for name, is_other in (
            ("questions", questions != before.questions),
            ("guidelines", guidelines != before.guidelines),
        )
        if is_other
    ]
    if is_fresh(before):
        QuestionSet.objects.filter(pk=before.pk).update(
            questions=questions, guidelines=guidelines, created=timezone.now()
        )
        before.refresh_from_db()
        after = before
    else:
        after = _next(project, questions, guidelines)
    said = {"version": after.version, "changed": changed}
    audit.record("questions.publish", project=project, actor=by, target=str(after.version), **said)
    return after


def is_fresh(questions: QuestionSet) -> bool:
    """Nobody has answered these, and nobody has them before their eyes."""
    answered = Judgment.objects.filter(project=questions.project_id, round__question_set=questions)
    return not any(room.are_shown(questions) for room in _rooms) and not answered.exists()


def _next(project: Project, questions: list[Question], guidelines: str) -> QuestionSet:
    version = 1 + (project.question_sets.aggregate(last=Max("version"))["last"] or 0)
    number = 1 + (project.rounds.aggregate(last=Max("number"))["last"] or 0)
    after = QuestionSet.objects.create(project=project, version=version, questions=questions, guidelines=guidelines)
    project.rounds.filter(closed=None).update(closed=timezone.now())
    Round.objects.create(project=project, number=number, name=_free_name(project, number), question_set=after)
    return after


def _free_name(project: Project, number: int) -> str:
    """An imported round may have taken the obvious one."""
    name = f"round {number}"
    return f"{name} of this project" if project.rounds.filter(name=name).exists() else name


def check(questions: Sequence[Question]) -> None:
    """Raises PrefereeError with the first thing that does not fit: the room knows the kinds of questions."""
    for room in _rooms:
        room.check(questions)


def ask_about(project: Project, questions: Sequence[Question]) -> None:
    """Comparisons of as many responses as these questions are about are asked from now on, and no others."""
    for room in _rooms:
        fewest, most = room.responses_asked(questions)
        if (project.fewest_responses, project.most_responses) != (fewest, most):
            lock_project(project.pk)  # who adds comparisons meanwhile would offer them by the old numbers
            project.fewest_responses, project.most_responses = fewest, most
            project.save(update_fields=["fewest_responses", "most_responses"])
            asked_changed.send(ask_about, project=project)

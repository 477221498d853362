"""What a person has answered: newest first, in words, with what became of each. Others' answers are not here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from annotate.models import Flag, FlagKind
from annotate.own.telling import answer_in_words
from annotate.views.forms import SKIP_REASONS
from annotate.work.undo import UNDONE_WITHIN
from core.conversation import first_words
from core.labels.words import outcome_in_words
from core.models import Judgment, Occasion, Project, Status, User

ROWS = 50
DECIDING = Q(occasion=Occasion.REVIEW) | Q(judge__kind="gold")
STATES = {
    Status.SUBMITTED: "Counts",
    Status.SKIPPED: "Skipped",
    Status.SURPLUS: "Beside the count",
    Status.FLAGGED: "Flagged",
}


@dataclass(frozen=True, slots=True)
class Row:
    """`decided` are the words of a decision that differs, `flags` what this person has asked a reviewer."""

    judgment: Judgment
    text: str
    words: Sequence[str]
    state: str
    decided: str = ""
    flags: Sequence[Flag] = ()

    @property
    def public(self) -> UUID:
        return self.judgment.comparison.public


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[Row]
    older: UUID | None
    later: bool


def own_answers(person: User, project: Project) -> QuerySet[Judgment]:
    own = Judgment.objects.filter(project=project, person=person).exclude(occasion=Occasion.REVIEW)
    return own.filter(created__isnull=False, client_id__isnull=False)


def page_of(found: QuerySet[Judgment], person: User, before: UUID | None) -> Page:
    """Some answers from the newest on, or from after the one with the mark `before`."""
    start = found.filter(client_id=before).values_list("created", "pk").first() if before else None
    if start:
        found = found.filter(Q(created__lt=start[0]) | Q(created=start[0], pk__lt=start[1]))
    related = found.select_related("comparison__prompt", "round__question_set")
    rows = list(related.annotate(has_successor=_has_successor()).order_by("-created", "-pk")[: ROWS + 1])
    older = rows[ROWS - 1].client_id if len(rows) > ROWS else None
    return Page(rows_of(rows[:ROWS], person), older, start is not None)


def rows_of(judgments: Sequence[Judgment], person: User) -> list[Row]:
    """Each with the flags and the decision of its comparison, in a fixed number of queries."""
    comparisons = [each.comparison_id for each in judgments]
    decisions, flags = decisions_on(comparisons, besides=person), _flags(comparisons, person)
    return [_row(each, decisions.get(each.comparison_id), flags.get(each.comparison_id, ())) for each in judgments]


def decisions_on(comparisons: Sequence[int], *, besides: User) -> Mapping[int, Judgment]:
    """What a reviewer decided, else what gold says; by comparison. One's own decisions are not told to oneself."""
    found = Judgment.objects.filter(DECIDING, comparison__in=comparisons, live=True, ranks__isnull=False)
    found = found.exclude(person=besides).filter(judge__withdrawn=None)
    # The last one of each comparison stands: gold first, then reviews, by age.
    ordered = sorted(found, key=lambda each: (each.occasion == Occasion.REVIEW, each.pk))
    return {each.comparison_id: each for each in ordered}


def is_told(judgment: Judgment) -> bool:
    """Whether its person may know what was decided: not while they could still take the answer back."""
    return judgment.created is not None and judgment.created < timezone.now() - UNDONE_WITHIN


def is_otherwise(judgment: Judgment, decision: Judgment) -> bool:
    if judgment.ranks is None:
        return False
    return (judgment.ranks, judgment.both_bad) != (decision.ranks, decision.both_bad)


def decision_in_words(judgment: Judgment, decision: Judgment) -> str:
    """By the letters under which this person saw the responses."""
    ranks, order = decision.ranks or [], judgment.order or range(decision.k)
    return outcome_in_words([ranks[slot] for slot in order], both_bad=decision.both_bad)


def day_in(project: Project, day: datetime) -> tuple[datetime, datetime]:
    """From midnight to midnight, where the project is."""
    start = day.replace(tzinfo=ZoneInfo(project.time_zone))
    return start, (day + timedelta(days=1)).replace(tzinfo=start.tzinfo)


def _has_successor() -> Exists:
    return Exists(Judgment.objects.filter(revises=OuterRef("pk")))


def _flags(comparisons: Sequence[int], person: User) -> Mapping[int, list[Flag]]:
    found = Flag.objects.filter(comparison__in=comparisons, person=person).exclude(kind=FlagKind.LEAK)
    by_comparison: dict[int, list[Flag]] = {}
    for flag in found.order_by("pk"):
        by_comparison.setdefault(flag.comparison_id, []).append(flag)
    return by_comparison


def _row(judgment: Judgment, decision: Judgment | None, flags: Sequence[Flag]) -> Row:
    differs = decision is not None and judgment.live and is_told(judgment) and is_otherwise(judgment, decision)
    return Row(
        judgment,
        first_words(judgment.comparison.prompt.messages),
        _words(judgment),
        _state(judgment),
        decision_in_words(judgment, decision) if decision and differs else "",
        flags,
    )


def _words(judgment: Judgment) -> list[str]:
    if judgment.status != Status.SKIPPED:
        return answer_in_words(judgment)
    why = SKIP_REASONS.get(str(judgment.answers.get("skip")))
    return [why] if why else []


def _state(judgment: Judgment) -> str:
    if judgment.live:
        return STATES.get(Status(judgment.status), "Kept")
    return "Replaced" if judgment.has_successor else "Taken back"  # type: ignore[attr-defined]

"""The judgments of comparisons as a prompt's page shows them, as far as the reader may see."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, F, Value, When, Window
from django.db.models.functions import RowNumber

from annotate.kinds.protocol import MAIN, Question
from annotate.kinds.telling import told_apart
from annotate.kinds.text import RATIONALE
from annotate.views.forms import SKIP_REASONS
from core.bulk import fetch
from core.labels.majority import ORDER, Tier
from core.labels.service import COUNTED, STANDS
from core.labels.words import letter_of, order_in_words, outcome_in_words
from core.models import JudgeKind, Judgment, Occasion, QuestionSet, Status
from core.models.project import MAIN_QUESTION

SHOWN, SHOWN_OPEN = 10, 500
LONGEST_REPLY = 2_000
TALLY = f"""
SELECT j.comparison_id, CASE WHEN j.occasion = 'review' THEN 'review' WHEN g.kind = 'gold' THEN 'gold'
                             WHEN g.kind = 'human' THEN 'people' ELSE 'judges' END,
       count(*), count(DISTINCT j.judge_id) FILTER (WHERE {COUNTED} AND {STANDS})
  FROM core_judgment j JOIN core_judge g ON g.id = j.judge_id WHERE j.comparison_id = ANY(%s) GROUP BY 1, 2
"""
COLOURS = {JudgeKind.HUMAN: "people", JudgeKind.GOLD: "gold"}
# What somebody sees who may not see who it was.
KINDS = {
    JudgeKind.HUMAN: "A person",
    JudgeKind.AI: "A model",
    JudgeKind.GOLD: "Gold",
    JudgeKind.RULE: "A rule",
    JudgeKind.METRIC: "A metric",
}
STATES = {Status.FLAGGED: "Flagged", Status.SURPLUS: "Beside the count", Status.UNREADABLE: "Unreadable"}
USUAL = [{**MAIN_QUESTION, "strengths": ["slightly", "somewhat", "much"]}]  # of a file, and under no question of ours
FREE = ("text", "spans", "rewrite")  # kinds that are answered in words of one's own
COUNTING = (Occasion.FIRST, Occasion.REVIEW)


@dataclass(frozen=True, slots=True)
class Tally:
    """All judgments of a comparison, and by tier the judges with one that counts."""

    judgments: int = 0
    asked: dict[Tier, int] = field(default_factory=dict)

    @property
    def deciding(self) -> tuple[Tier, ...]:
        """The tiers that are asked: the first that hold a vote."""
        return next((tiers for tiers in ORDER["people_first"] if any(map(self.asked.get, tiers))), ())


@dataclass(frozen=True, slots=True)
class Row:
    """One judgment; `others` has what else was asked, each with what was answered. What only `names` may see is empty
    for others."""

    who: str
    colour: str
    answer: str
    state: str
    counts: bool
    probability: float | None
    note: str = ""
    order: str = ""
    seconds: float | None = None
    at: datetime | None = None
    rationale: str = ""
    reply: str = ""
    others: Sequence[tuple[str, str]] = ()


def tallies(comparison_ids: Sequence[int]) -> Mapping[int, Tally]:
    counted: dict[int, Tally] = defaultdict(Tally)
    for pk, tier, judgments, asked in fetch(TALLY, [list(comparison_ids)]):
        before = counted[pk]
        counted[pk] = Tally(before.judgments + judgments, {**before.asked, **({tier: asked} if asked else {})})
    return counted


def rows_of(
    comparison_ids: Sequence[int], tally: Mapping[int, Tally], *, names: bool, opened: Sequence[int] = ()
) -> Mapping[int, list[Row]]:
    """Of each comparison the first judgments, those that stand before those that were replaced; of opened ones more."""
    place = Window(RowNumber(), partition_by=F("comparison"), order_by=[F("live").desc(), F("id").asc()])
    most = Case(When(comparison__in=opened, then=Value(SHOWN_OPEN)), default=Value(SHOWN))
    judged = Judgment.objects.filter(comparison__in=comparison_ids).annotate(place=place).filter(place__lte=most)
    judgments = list(judged.select_related("judge", "round").order_by("comparison", "place"))
    asked = _questions({judgment.round.question_set_id for judgment in judgments if judgment.round})
    rows: dict[int, list[Row]] = defaultdict(list)
    for judgment in judgments:
        questions = asked[judgment.round.question_set_id] if judgment.round else USUAL
        rows[judgment.comparison_id].append(_row(judgment, questions, tally[judgment.comparison_id].deciding, names))
    return rows


def _questions(question_sets: set[int]) -> dict[int, list[Question]]:
    return dict(QuestionSet.objects.filter(pk__in=question_sets).values_list("pk", "questions"))


def _row(judgment: Judgment, questions: Sequence[Question], deciding: Sequence[Tier], names: bool) -> Row:
    kind = JudgeKind(judgment.judge.kind)
    is_review = judgment.occasion == Occasion.REVIEW
    tier: Tier = "review" if is_review else "gold" if kind == "gold" else "people" if kind == "human" else "judges"
    state = _state(judgment, tier in deciding)
    told: dict[str, Any] = _told(judgment) if names else {}
    return Row(
        who=str(judgment.judge) if names else "A reviewer" if is_review else KINDS[kind],
        colour=COLOURS.get(kind, "models"),
        answer=_answer(judgment, questions, names),
        others=_others(judgment, questions, names),
        state=state,
        counts=state == "Counts",
        probability=judgment.probability,
        note="reviewer" if names and is_review else "",
        **told,
    )


def _told(judgment: Judgment) -> dict[str, Any]:
    """When, in which order, in what time and why: with the name, they say who it was."""
    took = judgment.wall_ms if judgment.active_ms is None else judgment.active_ms
    return {
        "order": order_in_words(judgment.order) if judgment.order else "",
        "seconds": None if took is None else took / 1000,
        "at": judgment.created,
        "rationale": judgment.rationale,
        "reply": (judgment.raw or "")[:LONGEST_REPLY] if judgment.status == Status.UNREADABLE else "",
    }


def _answer(judgment: Judgment, questions: Sequence[Question], names: bool) -> str:
    if judgment.status == Status.SKIPPED and not names:
        return ""
    if judgment.status == Status.SKIPPED:
        return SKIP_REASONS.get(str(judgment.answers.get("skip")), "")
    main = next((each for each in questions if each["id"] == MAIN), {})
    if judgment.ranks is not None and judgment.k > 1:
        strengths, strength = main.get("strengths", []), judgment.strength or 0
        word = strengths[strength - 1] if 0 < strength <= len(strengths) else ""
        return outcome_in_words(judgment.ranks, both_bad=judgment.both_bad, strength=word, partial=judgment.partial)
    told = _told_of([main], judgment) if main else []
    return told[0][1] if told else _ratings(judgment.ratings)


def _others(judgment: Judgment, questions: Sequence[Question], names: bool) -> list[tuple[str, str]]:
    """What else was said: of the main question the numbers that its ranks were made of."""
    told = [
        each
        for each in questions
        if each["id"] != RATIONALE
        and (names or each["kind"] not in FREE)
        and (each["id"] != MAIN or (each["kind"] in ("thumbs", "rating") and judgment.k > 1))
    ]
    return [(question["text"], words[:LONGEST_REPLY]) for question, words in _told_of(told, judgment)]


def _told_of(questions: Sequence[Question], judgment: Judgment) -> list[tuple[Question, str]]:
    return told_apart(questions, judgment, [letter_of(slot) for slot in range(judgment.k)])


def _ratings(ratings: Mapping[str, Mapping[str, Any]]) -> str:
    rated = [
        f"{letter_of(int(slot))} {attribute} {value}"
        for slot, attributes in sorted(ratings.items())
        for attribute, value in sorted(attributes.items())
    ]
    return ", ".join(rated)


def _state(judgment: Judgment, is_asked: bool) -> str:
    if not judgment.live:
        return "Replaced"
    if judgment.status == Status.SKIPPED:
        return "Skipped"
    if judgment.status in STATES:
        return STATES[Status(judgment.status)]
    if judgment.judge.withdrawn:
        return "Judge withdrawn"
    if judgment.judge.barred:
        return "Judge barred"
    if judgment.occasion not in COUNTING:
        return f"{Occasion(judgment.occasion).label}, not counted"
    return "Counts" if is_asked else "Not asked"

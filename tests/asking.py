"""A project for every kind of question, each with something to read: for tests, and for the pictures in the docs."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from annotate.models import Assignment
from core.models import Comparison, Project, User
from core.models.project import DEFAULT_QUESTIONS, MAIN_QUESTION
from tests.factories import ComparisonFactory, MembershipFactory, ProjectFactory, PromptFactory

Question = Mapping[str, Any]

FOOD = "My sourdough starter smells of nail varnish and has stopped rising. Can I save it, and what went wrong?"
ANSWERS = (
    "Yes. That smell is **acetone**: the yeast has run out of food.\n\n"
    "1. Throw away all but a spoonful.\n2. Feed it equal weights of flour and water.\n"
    "3. Repeat every 12 hours until it doubles.\n\nAfter two or three days it should be lively again.",
    "It is spoiled and *dangerous*. Throw it away and buy dried yeast, which works at once and needs no care. "
    "Starters always die in winter because of the low air pressure.",
    "Feed it. A hungry starter makes acetone. Keep it at 24 °C, feed it twice a day with "
    "`1 : 5 : 5` (starter, flour, water) and it recovers.",
    "I am not sure, but you could try to put it in the fridge for a week and see what happens.",
)
HELPSTEER = (
    ("helpfulness", "Helpfulness", "Of no use", "Of little use", "Of some use", "Helpful", "As helpful as can be"),
    ("correctness", "Correctness", "All wrong", "Mostly wrong", "Half right", "Small mistakes", "All correct"),
    (
        "coherence",
        "Coherence",
        "Not to be followed",
        "Hard to follow",
        "Some breaks",
        "Mostly clear",
        "Clear all through",
    ),
    (
        "complexity",
        "Complexity",
        "A child's words",
        "Simple words",
        "Everyday words",
        "Some expertise",
        "An expert's words",
    ),
    ("verbosity", "Verbosity", "Far too short", "Short", "Of middle length", "Long", "Far too long"),
)
WHY: Question = {"id": "rationale", "kind": "text", "text": "Why?", "required": False}
RANKING: Question = {
    "id": "main",
    "kind": "ranking",
    "text": "Put the answers in order, the best first.",
    "ties": True,
    "partial": True,
    "both_bad": True,
}
RATING: Question = {
    "id": "main",
    "kind": "rating",
    "text": "Rate each answer.",
    "lowest": 0,
    "highest": 4,
    "attributes": [
        {"name": name, "text": text, "anchors": {str(n): anchor for n, anchor in enumerate(anchors)}}
        for name, text, *anchors in HELPSTEER
    ],
}


def options(*values: str) -> list[dict[str, str]]:
    return [{"value": value, "text": value.capitalize()} for value in values]


def attribute(name: str, text: str) -> Question:
    return {**MAIN_QUESTION, "id": name, "text": text, "strengths": ["slightly", "much"], "both_bad": False}


SETS: Mapping[str, Sequence[Question]] = {
    "pairwise": DEFAULT_QUESTIONS,
    "attributes": [
        {**attribute("main", "Better overall"), "both_bad": True},
        attribute("helpful", "More helpful"),
        attribute("truthful", "More truthful"),
        attribute("harmless", "Less harmful"),
        WHY,
    ],
    "ranking": [RANKING, WHY],
    "thumbs": [{"id": "main", "kind": "thumbs", "text": "Is this a good answer?"}, WHY],
    "rating": [RATING, WHY],
    "rubric": [
        MAIN_QUESTION,
        {
            "id": "checks",
            "kind": "rubric",
            "text": "What does each answer do?",
            "partly": True,
            "required": True,
            "criteria": [
                {"name": "cause", "text": "Names the cause"},
                {"name": "steps", "text": "Gives steps that can be followed"},
                {"name": "safe", "text": "Says when it is safe to eat"},
            ],
        },
    ],
    "choice": [
        MAIN_QUESTION,
        {
            "id": "topic",
            "kind": "choice",
            "text": "What is it about?",
            "options": [
                {"value": name, "text": name.capitalize()} for name in ("cooking", "health", "shopping", "other")
            ],
        },
        {
            "id": "tone",
            "kind": "choice",
            "text": "How does each answer sound?",
            "many": True,
            "per_response": True,
            "options": [
                {"value": name, "text": name.capitalize()} for name in ("friendly", "sure", "doubtful", "rude")
            ],
        },
        {
            "id": "why_bad",
            "kind": "choice",
            "text": "Why are both bad?",
            "required": True,
            "when": {"question": "main", "is": ["both_bad"]},
            "options": options("wrong", "unsafe"),
        },
    ],
    "text": [
        MAIN_QUESTION,
        {
            "id": "rationale",
            "kind": "text",
            "text": "Why?",
            "required": True,
            "shortest": 20,
            "tags": ["Correct", "Complete", "Clear", "Safe", "Short"],
        },
    ],
    "spans": [
        MAIN_QUESTION,
        {
            "id": "faults",
            "kind": "spans",
            "text": "Mark what is wrong.",
            "help": "Mark the shortest part that shows the fault.",
            "categories": [
                {"value": "false", "text": "False"},
                {"value": "unsafe", "text": "Unsafe"},
                {"value": "unclear", "text": "Unclear"},
            ],
        },
    ],
    "rewrite": [
        MAIN_QUESTION,
        {"id": "better", "kind": "rewrite", "text": "Write a better one?", "shortest": 10},
    ],
}
RESPONSES = {"ranking": 4, "thumbs": 1}


def project_asking(kind: str, person: User, **fields: Any) -> Project:
    """A project that asks so, of which the person holds the one comparison."""
    project = ProjectFactory(name=fields.pop("name", "Helpful answers"), **fields)
    project.question_sets.update(questions=SETS[kind])
    MembershipFactory(project=project, user=person)
    hand_out(compared(project, ANSWERS[: RESPONSES.get(kind, 2)]), person)
    return project


def compared(project: Project, texts: Sequence[str], asked: str = FOOD) -> Comparison:
    comparison: Comparison = ComparisonFactory(
        project=project, prompt=PromptFactory(project=project, text=asked), texts=texts
    )
    return comparison


def hand_out(comparison: Comparison, person: User, order: Sequence[int] | None = None) -> Assignment:
    """In this order, or as the texts were named; the queue would draw one."""
    now = timezone.now()
    given: Assignment = Assignment.objects.create(
        project=comparison.project,
        comparison=comparison,
        person=person,
        round=comparison.project.current_round,
        order=list(order or _as_named(comparison)),
        expires=now + timedelta(hours=1),
        shown=now,
    )
    return given


def _as_named(comparison: Comparison) -> list[int]:
    """Responses are numbered in the order in which they were made."""
    candidates = comparison.candidates.order_by("response_id")
    return list(candidates.values_list("slot", flat=True))

"""Question sets to begin with. Each replaces what is there or is added to it, as asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

STRENGTHS = ["slightly", "somewhat", "much"]
WHY: dict[str, Any] = {"id": "rationale", "kind": "text", "text": "Why?"}


@dataclass(frozen=True, slots=True)
class Preset:
    name: str
    label: str
    purpose: str
    questions: Sequence[Mapping[str, Any]]


def _pairwise(name: str, text: str, points: int, *, both_bad: bool = False) -> dict[str, Any]:
    words = STRENGTHS[: points // 2] if points != 5 else ["slightly", "much"]
    question = {"id": name, "kind": "pairwise", "text": text, "strengths": words if points > 3 else ["clearly"]}
    return question | ({"tie": True} if points % 2 else {}) | ({"both_bad": True} if both_bad else {})


def _points(points: int, purpose: str) -> Preset:
    main = _pairwise("main", "Which answer is better?", points, both_bad=points % 2 == 1)
    return Preset(f"points_{points}", f"Which is better, {points} points", purpose, [main, WHY])


HELPSTEER = {
    "helpfulness": (
        "Helpfulness",
        (
            "Of no use, or a refusal without a reason",
            "Touches the request and leaves most of it undone",
            "Does part of it; somebody still has work to do",
            "Does it, with small things to wish for",
            "Does all that was asked, and what was meant by it",
        ),
    ),
    "correctness": (
        "Correctness",
        (
            "Wrong from end to end",
            "Mostly wrong, a few facts hold",
            "Right and wrong in equal parts, or something important is missing",
            "Right but for a detail",
            "Everything is right and nothing that matters is missing",
        ),
    ),
    "coherence": (
        "Coherence",
        (
            "Cannot be followed",
            "Hard to follow, contradicts itself",
            "Can be followed with some effort",
            "Clear, with a rough place or two",
            "Clear from the first word to the last, in one voice",
        ),
    ),
    "complexity": (
        "Complexity",
        (
            "Words that any child knows",
            "Plain: anybody could have written it",
            "Some schooling shows in it",
            "Written by somebody who knows the field well",
            "Only an expert writes so, and only one follows it with ease",
        ),
    ),
    "verbosity": (
        "Verbosity",
        (
            "As short as it can be",
            "Short: little more than the answer",
            "As long as one expects here",
            "Longer than it has to be",
            "Very long, or says things twice",
        ),
    ),
}


def _helpsteer() -> list[dict[str, Any]]:
    attributes = [
        {"name": name, "text": text, "anchors": {str(point): anchor for point, anchor in enumerate(anchors)}}
        for name, (text, anchors) in HELPSTEER.items()
    ]
    text = "How good is each answer?"
    return [{"id": "main", "kind": "rating", "text": text, "attributes": attributes, "lowest": 0, "highest": 4}]


BOTH_BAD_WHY = {
    "id": "why_bad",
    "kind": "choice",
    "text": "Why are both bad?",
    "options": [
        {"value": "wrong", "text": "They are wrong"},
        {"value": "misread", "text": "They answer something else"},
        {"value": "harmful", "text": "They do harm"},
        {"value": "refused", "text": "They refuse without need"},
        {"value": "unreadable", "text": "They cannot be read"},
    ],
    "many": True,
    "required": True,
    "when": {"question": "main", "is": ["both_bad"]},
}
MISTAKES = [
    {"value": "factual", "text": "A fact is wrong"},
    {"value": "reasoning", "text": "A step does not follow"},
    {"value": "made_up", "text": "Made up: no such source or thing"},
    {"value": "harmful", "text": "Does harm"},
    {"value": "style", "text": "Badly said"},
]
CRITERIA = [
    {"name": "on_request", "text": "It does what was asked"},
    {"name": "correct", "text": "What it says is true"},
    {"name": "complete", "text": "Nothing that matters is missing"},
    {"name": "safe", "text": "It does no harm"},
]
PRESETS = {
    preset.name: preset
    for preset in (
        _points(7, "Slightly, somewhat or much, with a tie and both bad. The usual choice."),
        _points(5, "Slightly or much, with a tie and both bad."),
        _points(3, "A, a tie or B. Fast, and says nothing of how much."),
        _points(2, "A or B, and nothing between: everybody has to decide."),
        Preset(
            "overall",
            "Overall, helpful, truthful, harmless",
            "Four comparisons of the same two responses.",
            [
                _pairwise("main", "Which answer is better overall?", 7, both_bad=True),
                *(_pairwise(name, f"Which is more {name}?", 5) for name in ("helpful", "truthful", "harmless")),
                WHY,
            ],
        ),
        Preset(
            "helpsteer2",
            "HelpSteer2: five attributes, 0 to 4",
            "Helpfulness, correctness, coherence, complexity, verbosity, with words for each point.",
            _helpsteer(),
        ),
        Preset(
            "thumbs",
            "Thumbs (KTO)",
            "Up or down for each response; no pair is needed.",
            [{"id": "main", "kind": "thumbs", "text": "Is this a good answer?"}, WHY],
        ),
        Preset(
            "ranking",
            "Rank the list",
            "All responses to a prompt in order, with ties.",
            [
                {
                    "id": "main",
                    "kind": "ranking",
                    "text": "Put the answers in order, the best first",
                    "ties": True,
                    "both_bad": True,
                },
                WHY,
            ],
        ),
        Preset(
            "rubric",
            "Rubric: yes, partly, no",
            "Four criteria for each response.",
            [
                {
                    "id": "rubric",
                    "kind": "rubric",
                    "text": "What holds of each answer?",
                    "criteria": CRITERIA,
                    "partly": True,
                    "required": True,
                }
            ],
        ),
        Preset(
            "mistakes",
            "Mark mistakes",
            "Passages inside the responses, with what is wrong with them.",
            [{"id": "mistakes", "kind": "spans", "text": "Mark what is wrong", "categories": MISTAKES}],
        ),
        Preset(
            "rewrite",
            "Write a better one",
            "The edit becomes a response, preferred to the one it edits.",
            [{"id": "better", "kind": "rewrite", "text": "Write a better answer", "shortest": 10}],
        ),
        Preset(
            "both_bad",
            "Why both bad?",
            "Asked only where somebody says that both are bad, with reasons to tick.",
            [BOTH_BAD_WHY],
        ),
    )
}

"""Any question set that can be published, and any answer that its form can produce."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from annotate.kinds.protocol import Shown
from annotate.kinds.registry import KINDS
from annotate.models import Assignment
from annotate.queue.reservations import take_next
from core.models import Project, User
from core.questions import current, mark_of, publish

EVERY_KIND: list[dict[str, Any]] = [
    {"id": "main", "kind": "ranking", "text": "Rank them", "ties": True, "partial": True, "both_bad": True},
    {"id": "helpful", "kind": "pairwise", "text": "More helpful?", "strengths": ["a bit", "much"], "tie": True},
    {"id": "good", "kind": "thumbs", "text": "Good?"},
    {
        "id": "steer",
        "kind": "rating",
        "text": "Rate each",
        "attributes": [{"name": "correctness", "anchors": {"0": "Wrong"}}, {"name": "verbosity", "text": "Length"}],
        "lowest": 0,
        "highest": 4,
    },
    {
        "id": "safe",
        "kind": "rubric",
        "text": "Is it safe?",
        "criteria": [{"name": "calm", "text": "Calm"}],
        "partly": True,
    },
    {
        "id": "topics",
        "kind": "choice",
        "text": "About what?",
        "options": [{"value": "time", "text": "Time"}, {"value": "place", "text": "Place"}],
        "many": True,
    },
    {
        "id": "tone",
        "kind": "choice",
        "text": "Which tone?",
        "options": [{"value": "warm", "text": "Warm"}, {"value": "cold", "text": "Cold"}],
        "per_response": True,
    },
    {"id": "rationale", "kind": "text", "text": "Why?", "tags": ["facts", "style"]},
    {"id": "missing", "kind": "text", "text": "What is missing?", "when": {"question": "good", "is": ["down"]}},
    {"id": "faults", "kind": "spans", "text": "Mark faults", "categories": [{"value": "wrong", "text": "Wrong"}]},
    {"id": "better", "kind": "rewrite", "text": "Write a better one"},
]


def ask(project: Project, questions: Sequence[Mapping[str, Any]]) -> None:
    """From now on the project asks these."""
    publish(project, questions=questions, seen=mark_of(current(project)))
    project.refresh_from_db()


def held_by(person: User, project: Project, order: Sequence[int] | None = None) -> Assignment:
    """What the person has before them next, in this order."""
    assignment = take_next(person, project).assignment
    assert assignment is not None
    if order is not None:
        Assignment.objects.filter(pk=assignment.pk).update(order=list(order))
        assignment.order = list(order)
    return assignment


characters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
texts = st.text(characters, max_size=30)
TEXTS = ["Zwei und zwei sind vier.", "4\r\n\U0001f552 é", "    four = 2 + 2\n", "", None]
NAMES = ["clear", "true", "kind", "brief"]


def subsets(words: Sequence[str], least: int = 1) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(words), min_size=least, unique=True)


def _named(words: Sequence[str], prefix: str) -> list[dict[str, str]]:
    return [{"name": f"{prefix}_{word}", "text": word.capitalize()} for word in words]


def _valued(words: Sequence[str], prefix: str) -> list[dict[str, str]]:
    return [{"value": f"{prefix} {word}", "text": word.capitalize()} for word in words]


@st.composite
def question(draw: st.DrawFn, name: str, kind: str) -> dict[str, Any]:
    flags = st.booleans()
    made: dict[str, Any] = {"id": name, "kind": kind, "text": f"Ask {name}", "required": draw(flags)}
    if kind == "pairwise":
        made |= {"strengths": draw(subsets(NAMES[:3])), "tie": draw(flags), "both_bad": draw(flags)}
    if kind == "ranking":
        made |= {"ties": draw(flags), "partial": draw(flags), "both_bad": draw(flags)}
    if kind == "rating":
        lowest = draw(st.integers(-3, 1))
        made |= {"attributes": _named(draw(subsets(NAMES)), name), "lowest": lowest, "highest": lowest + 3}
    if kind == "rubric":
        made |= {"criteria": _named(draw(subsets(NAMES)), name), "partly": draw(flags)}
    if kind == "choice":
        made |= {"options": _valued(draw(subsets(NAMES)), name), "many": draw(flags), "per_response": draw(flags)}
    if kind == "text":
        made |= {"shortest": draw(st.integers(0, 3)), "tags": draw(subsets(NAMES, 0))}
    if kind == "spans":
        made["categories"] = _valued(draw(subsets(NAMES)), name)
    return made


@st.composite
def question_sets(draw: st.DrawFn) -> list[dict[str, Any]]:
    """The main one stands anywhere; some depend on one before them."""
    kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), max_size=5))
    mains = [name for name, kind in KINDS.items() if kind.may_be_main]
    made = [draw(question(f"q{number}", kind)) for number, kind in enumerate(kinds)]
    made.insert(draw(st.integers(0, len(made))), draw(question("main", draw(st.sampled_from(mains)))))
    if draw(st.booleans()):
        made.append(draw(question("rationale", "text")))
    for at, each in enumerate(made):
        if at and each["id"] != "main" and draw(st.booleans()):
            other = draw(st.sampled_from(made[:at]))
            words = draw(subsets(sorted(KINDS[other["kind"]].says(other))))
            each["when"] = {"question": other["id"], "is": words}
    return made


@st.composite
def screens(draw: st.DrawFn, questions: Sequence[Mapping[str, Any]], most: int = 4) -> Shown:
    """As many responses as the main question is about, in any order."""
    kind = KINDS[next(each["kind"] for each in questions if each["id"] == "main")]
    k = draw(st.integers(kind.fewest, min(kind.most, most)))
    return Shown(draw(st.permutations(range(k))), [draw(st.sampled_from(TEXTS)) for _ in range(k)])


@st.composite
def fields(draw: st.DrawFn, questions: Sequence[Mapping[str, Any]], shown: Shown) -> dict[str, list[str]]:
    """What the controls can send, whether it makes a valid answer or not."""
    sent: dict[str, list[str]] = {}
    for each in questions:
        sent |= draw(_of(each, shown))
    return {name: values for name, values in sent.items() if values and values != [""]}


@st.composite
def _of(draw: st.DrawFn, question: Mapping[str, Any], shown: Shown) -> dict[str, list[str]]:
    name, places = question["id"], range(shown.k)

    def one_of(values: Sequence[str]) -> list[str]:
        return [] if draw(st.integers(0, 19)) == 7 else [draw(st.sampled_from(values))]

    match question["kind"]:
        case "pairwise":
            words = [f"{side}{n}" for side in "ab" for n in range(1, len(question["strengths"]) + 1)]
            switches = [word for word in ("tie", "both_bad") if question[word]]
            return {name: one_of([*words, *switches])}
        case "ranking":
            bad = one_of(["both_bad"]) if question["both_bad"] and draw(st.integers(0, 5)) == 0 else []
            even = draw(st.permutations(range(1, shown.k + 1)))
            free = [draw(st.integers(1, shown.k)) for _ in places] if question["ties"] else even
            left = {place for place in places if question["partial"] and draw(st.integers(0, 3)) == 0}
            return {name: bad} | {f"{name}.{place}": [str(free[place])] for place in places if place not in left}
        case "thumbs":
            return {f"{name}.{place}": one_of(["up", "down"]) for place in places}
        case "rating":
            points = [str(point) for point in range(question["lowest"], question["highest"] + 1)]
            lines = [each["name"] for each in question["attributes"]]
            return {f"{name}.{place}.{line}": one_of(points) for place in places for line in lines}
        case "rubric":
            words = ["yes", "no", *(["partly"] if question["partly"] else [])]
            lines = [each["name"] for each in question["criteria"]]
            return {f"{name}.{place}.{line}": one_of(words) for place in places for line in lines}
        case "choice":
            words = [each["value"] for each in question["options"]]
            names = [f"{name}.{place}" for place in places] if question["per_response"] else [name]
            return {each: draw(subsets(words, 0)) if question["many"] else one_of(words) for each in names}
        case "text":
            return {name: [draw(texts)], f"{name}.tags": draw(subsets(question["tags"], 0)) if question["tags"] else []}
        case "spans":
            return {name: [json.dumps(draw(st.lists(marks(question, shown), max_size=4)))]}
        case _:
            return {f"{name}.place": one_of([str(place) for place in places]), f"{name}.text": [draw(texts)]}


@st.composite
def marks(draw: st.DrawFn, question: Mapping[str, Any], shown: Shown) -> dict[str, Any]:
    place = draw(st.integers(0, shown.k - 1))
    length = len(shown.texts[shown.order[place]] or "")
    start = draw(st.integers(0, max(0, length - 1)))
    label = draw(st.sampled_from([each["value"] for each in question["categories"]]))
    note = draw(st.sampled_from(["", "A note."]))
    return {
        "place": place,
        "start": start,
        "end": draw(st.integers(min(start + 1, length), length)),
        "label": label,
        "note": note,
    }

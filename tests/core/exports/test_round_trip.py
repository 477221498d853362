"""What is written as interchange lines and imported into an empty project is the same project."""

import json
from datetime import UTC, datetime
from itertools import count
from typing import Any, get_args
from uuid import uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotate.kinds.answers import read_answers
from annotate.kinds.protocol import BadAnswer
from annotate.kinds.telling import said_of
from annotate.queue.reservations import take_next
from annotate.work.actions import Answer, Skip, skip, submit_judgment
from annotate.work.screen import shown_in
from annotate.work.times import Times
from core.importing import interchange
from core.models import Judgment, Response, Role
from core.projects import create_project
from tests.annotate.kinds.making import EVERY_KIND, ask, held_by, question_sets, screens
from tests.annotate.kinds.making import fields as form_fields
from tests.factories import ComparisonFactory, MembershipFactory, PromptFactory, ResponseFactory

pytestmark = pytest.mark.django_db
slugs = (f"p{number}" for number in count())

CONVERSATION = [{"role": "assistant", "content": "Let me look."}, {"role": "assistant", "content": "Noon."}]
RATING = {"attributes": [{"name": "correctness"}], "lowest": 0, "highest": 4}
RICH: list[dict[str, Any]] = [
    {
        "prompt": [
            {"role": "user", "content": "Wie spät ist es?", "name": "ada"},
            {"role": "assistant", "content": "", "tool_calls": [{"id": "1", "arguments": {"zone": 1.5, "n": 1e16}}]},
            {"role": "tool", "content": "12:30", "tool_call_id": "1"},
        ],
        "system": "Be brief.",
        "reference": "Halb eins.",
        "contexts": [{"title": "Clock", "text": "It is 12:30."}, {"text": "No title."}],
        "metadata": {"source": "hand", "huge": 1e300, "tiny": 1e-300, "whole": 3.0, "deep": {"a": [None, True, "é"]}},
        "tags": ["time", "de"],
        "responses": [
            {"id": "x", "content": "12:30 \U0001f552", "model": "m-1", "finish_reason": "stop", "metadata": {"t": 0.7}},
            {"id": "y", "content": "Halb eins.", "person": "ada", "edited_from": "x"},
            {"id": "z", "content": "", "model": "m-2", "finish_reason": "length"},
            {
                "id": "t",
                "content": [
                    {"role": "assistant", "content": "Let me look.", "tool_calls": [{"id": "2"}]},
                    {"role": "tool", "content": "12:30", "tool_call_id": "2"},
                    {"role": "assistant", "content": "12:30"},
                ],
            },
        ],
        "comparisons": [["x", "t"], ["z", "y", "x"]],
        "scores": [
            {"scorer": "length", "response": "x", "value": 7, "parts": {"words": 1}},
            {"scorer": "length", "response": "y", "value": -0.5},
        ],
        "judgments": [
            {
                "judge": "ann", "kind": "human", "version": "2024", "responses": ["x", "y"], "order": ["y", "x"],
                "round": "pilot", "occasion": "second_look", "sample": 2, "status": "submitted", "preference": -2,
                "scale": 3, "answers": {"main": "b2", "sure": True, "n": 12345678901234567890.0},
                "ratings": {"x": {"style": 3.5, "truth": 1}, "y": {"style": 5}},
                "spans": [
                    {"response": "x", "start": 6, "end": 7, "label": "emoji", "note": "why"},
                    {"response": "y", "start": 0, "end": 4, "label": "good"},
                ],
                "probability": 0.25, "confidence": 0.9, "rationale": "Asked in German.", "raw": "{\"choice\": \"B\"}",
                "touched": True, "duration_ms": 5000, "active_ms": 4000, "created": "2024-05-01T14:30:00.25+02:00",
            },
            {"judge": "ann", "kind": "human", "responses": ["z", "y"], "both_bad": True, "preference": 0},
            {"judge": "bob", "kind": "human", "responses": ["x", "y", "z"], "ranking": [["y"], ["x", "z"]]},
            {"judge": "cat", "kind": "human", "responses": ["x", "y", "z"], "ranking": [["z"]]},
            {"judge": "d", "kind": "human", "responses": ["y", "x"], "ranking": [["x"]], "preference": -1, "scale": 3},
            {"judge": "j", "kind": "ai", "responses": ["x", "y"], "order": ["x", "y"], "preference": 1},
            {"judge": "j", "kind": "ai", "responses": ["x", "y"], "order": ["y", "x"], "preference": -1},
            {"judge": "j", "kind": "ai", "responses": ["x", "y"], "status": "unreadable", "raw": "Hm."},
            {"judge": "g", "kind": "gold", "responses": ["x"], "ratings": {"x": {"ok": 1}}, "occasion": "audit"},
        ],
    },
    {"prompt": "Plain?"},
]  # fmt: skip


def fields_used(value: Any, used: set[tuple[str, str]], kind: str = "Line") -> set[tuple[str, str]]:
    nested = {
        "responses": "Response",
        "contexts": "Context",
        "scores": "Score",
        "judgments": "Judgment",
        "spans": "Span",
    }
    for name, inner in value.items():
        used.add((kind, name))
        if name in nested and kind in ("Line", "Judgment") and inner and isinstance(inner[0], dict):
            for each in inner:
                fields_used(each, used, nested[name])
    return used


def test_the_rich_lines_use_every_field_kind_occasion_and_more_of_the_format():
    used = set[tuple[str, str]]().union(*(fields_used(line, set()) for line in RICH))
    shapes = (interchange.Line, interchange.Response, interchange.Context, interchange.Score, interchange.Judgment,
              interchange.Span)  # fmt: skip
    assert used == {(shape.__name__, field) for shape in shapes for field in shape.__struct_fields__}


def trip(load, exported, lines: list[dict[str, Any]]) -> tuple[Any, bytes]:
    """Import, write, import what was written into an empty project, write: twice the same bytes."""
    first, second = (create_project(next(slugs)) for _ in range(2))
    loaded = load(first, *lines)
    assert not loaded.notes
    written = exported(first)
    load(second, *map(json.loads, written.splitlines()))
    assert exported(second) == written
    return first, written


def test_every_field_survives(load, exported):
    _, written = trip(load, exported, RICH)
    (rich,) = (line for line in map(json.loads, written.splitlines()) if "system" in line)
    id_of = {row["content"]: row["id"] for row in rich["responses"] if isinstance(row["content"], str)}
    x, y, z = id_of["12:30 \U0001f552"], id_of["Halb eins."], id_of[""]
    for field in ("prompt", "system", "reference", "contexts", "metadata"):
        assert rich[field] == RICH[0][field]
    assert rich["tags"] == ["de", "time"]
    assert [len(ids) for ids in rich["comparisons"]] == [2], "a comparison that was judged is named by its judgments"
    assert {(each["response"], each["value"]) for each in rich["scores"]} == {(x, 7), (y, -0.5)}
    edited = next(row for row in rich["responses"] if row.get("person"))
    assert (edited["edited_from"], edited["person"]) == (x, "ada")
    said = RICH[0]["judgments"][0]
    (judgment,) = (each for each in rich["judgments"] if each.get("round") == "pilot")
    sign = 1 if judgment["responses"] == [x, y] else -1
    expected = {
        **said,
        "responses": [x, y][::sign],
        "order": [y, x],
        "preference": -2 * sign,
        "probability": 0.5 - 0.25 * sign,
        "ratings": {x: said["ratings"]["x"], y: said["ratings"]["y"]},
        "spans": [{**span, "response": id_of_text} for span, id_of_text in zip(said["spans"], (x, y), strict=True)],
        "created": "2024-05-01T12:30:00.250000Z",
    }
    assert judgment == expected
    assert next(each for each in rich["judgments"] if each["judge"] == "cat")["ranking"] == [[z]]


def test_the_file_names_no_id_of_the_database(load, exported):
    project, written = trip(load, exported, RICH)
    for public in project.prompts.values_list("public", flat=True):
        assert str(public).encode() not in written
    assert all(
        each["id"].startswith("r")
        for line in map(json.loads, written.splitlines())
        for each in line.get("responses", [])
    )


def test_lines_are_sorted_by_prompt_and_responses_by_author(load, exported):
    one, other = create_project("one"), create_project("other")
    load(one, *RICH)
    load(other, *reversed(RICH))
    assert exported(one) == exported(other)


def test_what_people_did_on_the_work_page_survives(load, exported):
    comparison = ComparisonFactory(texts=["Yes.", "No."], votes_wanted=3)
    project = comparison.project
    answers = ["a3", "tie", "both_bad", None]
    for answer in answers[:3]:
        person = MembershipFactory(project=project, role=Role.ANNOTATOR).user
        assert take_next(person, project).assignment is not None
        fields = {"main": [answer], "rationale": ["Because."]}
        submit_judgment(comparison, Answer(uuid4(), fields, Times(9000, 8000)), by=person)
    second = ComparisonFactory(project=project, prompt=comparison.prompt, texts=["Perhaps.", "Never."])
    assert take_next(person, project).assignment.comparison == second
    skip(second, Skip(uuid4(), "language"), by=person)
    written = exported(project)
    empty = create_project("empty")
    load(empty, *map(json.loads, written.splitlines()))
    assert exported(empty) == written
    kept = Judgment.objects.filter(project=empty)
    assert sorted(kept.values_list("status", flat=True)) == ["skipped", "submitted", "submitted", "submitted"]
    assert set(kept.values_list("touched", "person", "judge__person")) == {(True, None, None)}


EVERY_ANSWER = [
    {"main.0": ["2"], "main.1": ["1"], "good.0": ["down"], "good.1": ["up"], "missing": ["The zone."]},
    {"main": ["both_bad"], "helpful": ["tie"], "steer.1.correctness": ["4"], "steer.1.verbosity": ["0"]},
    {"main.1": ["1"], "safe.0.calm": ["partly"], "topics": ["time", "place"], "tone.1": ["cold"]},
    {"main.0": ["1"], "main.1": ["1"], "rationale": ["Alike."], "rationale.tags": ["facts", "style"]},
    {
        "main.0": ["1"],
        "main.1": ["2"],
        "better.place": ["1"],
        "better.text": ["At noon,\r\nsharp."],
        "faults": ['[{"place": 0, "start": 1, "end": 3, "label": "wrong", "note": "Odd."},'
                   ' {"place": 0, "start": 0, "end": 2, "label": "wrong"}]'],
    },
]  # fmt: skip


@pytest.mark.parametrize("texts", [["At noon.", "12:00 \U0001f552"], ["One.", "Two.", "Three, \r\nperhaps."]])
def test_every_kind_of_answer_survives(load, exported, texts):
    project = create_project(next(slugs), overlap=len(EVERY_ANSWER))
    ask(project, EVERY_KIND)
    comparison = ComparisonFactory(project=project, texts=texts, votes_wanted=len(EVERY_ANSWER))
    for number, fields in enumerate(EVERY_ANSWER):
        person = MembershipFactory(project=project, role=Role.ANNOTATOR).user
        held = held_by(person, project, sorted(range(comparison.k), reverse=number % 2 == 0))
        assert held.comparison == comparison
        submit_judgment(comparison, Answer(uuid4(), fields), by=person)
    assert_the_same_rows(project, load, exported)


@pytest.mark.parametrize(("kind", "rest"), [("thumbs", {}), ("rating", RATING)])
def test_ratings_of_a_single_response_survive(load, exported, kind, rest):
    project = create_project(next(slugs))
    ask(project, [{"id": "main", "kind": kind, "text": "How good?", **rest}])
    comparison = ComparisonFactory(project=project, texts=["At noon."])
    person = MembershipFactory(project=project, role=Role.ANNOTATOR).user
    held_by(person, project)
    fields = {"main.0": ["up"]} if kind == "thumbs" else {"main.0.correctness": ["3"]}
    submit_judgment(comparison, Answer(uuid4(), fields), by=person)
    written = assert_the_same_rows(project, load, exported)
    (judgment,) = json.loads(written)["judgments"]
    assert judgment["ratings"] == {"r1": {"main": 1.0} if kind == "thumbs" else {"correctness": 3.0}}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_answer_to_any_questions_survives(load, exported, data):
    questions = data.draw(question_sets())
    project = create_project(next(slugs))
    ask(project, questions)
    shown = data.draw(screens(questions))
    prompt = PromptFactory(project=project)
    plain = [
        ResponseFactory(prompt=prompt, content=text)
        if text is not None
        else ResponseFactory(prompt=prompt, content="Let me look.\n\nNoon.", messages=CONVERSATION)
        for text in shown.texts
    ]
    comparison = ComparisonFactory(project=project, prompt=prompt, responses=plain)
    person = MembershipFactory(project=project, role=Role.ANNOTATOR).user
    held = held_by(person, project, shown.order)
    before = shown_in(held)
    fields = data.draw(form_fields(questions, before))
    try:
        said = read_answers(questions, fields, before)
    except BadAnswer:
        return
    judgment = submit_judgment(comparison, Answer(uuid4(), fields), by=person)
    judgment.refresh_from_db()
    assert said_of(judgment) == said
    assert_the_same_rows(project, load, exported)


def assert_the_same_rows(project, load, exported) -> bytes:
    """What is said stands in the new project as it stood in the old one, and is written in the same bytes."""
    written = exported(project)
    empty = create_project(next(slugs))
    load(empty, *map(json.loads, written.splitlines()))
    assert exported(empty) == written
    assert said_in(empty) == said_in(project)
    return written


def said_in(project) -> list[Any]:
    """A span of a file always has a note, be it empty."""
    rows = Judgment.objects.filter(project=project).order_by("judge__name", "comparison__k", "created")
    columns = "judge__name", "order", "ranks", "partial", "strength", "both_bad", "answers", "ratings", "rationale"
    spans = [[{"note": "", **span} for span in spans] for spans in rows.values_list("spans", flat=True)]
    return list(zip(rows.values_list(*columns), spans, strict=True))


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
names = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=6)
numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
plain = st.none() | st.booleans() | numbers | texts
free = st.dictionaries(names, st.recursive(plain, lambda inner: st.lists(inner, max_size=2), max_leaves=3), max_size=2)
shares = st.floats(0, 1)
times = st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat)
optional = {
    "version": texts,
    "round": names,
    "occasion": st.sampled_from(get_args(interchange.Occasion)),
    "status": st.sampled_from(["submitted", "skipped", "flagged", "surplus"]),
    "answers": free,
    "confidence": shares,
    "rationale": texts,
    "raw": texts,
    "touched": st.booleans(),
    "duration_ms": st.integers(0, 2**31 - 1),
    "active_ms": st.integers(0, 2**31 - 1),
    "created": times,
}


@st.composite
def judgments(draw: st.DrawFn, contents: dict[str, str]) -> dict[str, Any]:
    ids = draw(st.permutations(draw(st.lists(st.sampled_from(sorted(contents)), min_size=1, unique=True))))
    said: dict[str, Any] = draw(st.fixed_dictionaries({}, optional=optional))
    said |= {"judge": draw(names), "kind": draw(st.sampled_from(get_args(interchange.Kind))), "responses": ids}
    if draw(st.booleans()):
        said["order"] = draw(st.permutations(ids))
    said["ratings"] = draw(
        st.dictionaries(st.sampled_from(ids), st.dictionaries(names, st.floats(-1e9, 1e9), max_size=2))
    )
    marked = draw(st.sampled_from(ids))
    if contents[marked]:
        end = draw(st.integers(1, len(contents[marked])))
        start = draw(st.integers(0, end - 1))
        said["spans"] = [{"response": marked, "start": start, "end": end, "label": draw(names), "note": draw(texts)}]
    return said | draw(verdicts(ids))


@st.composite
def verdicts(draw: st.DrawFn, ids: list[str]) -> dict[str, Any]:
    kind = draw(st.sampled_from(["nothing", "preference", "ranking", "all bad"]))
    if kind == "all bad":
        return {"both_bad": True}
    if kind == "preference" and len(ids) == 2:
        scale = draw(st.none() | st.integers(1, 3))
        preference = draw(st.integers(-(scale or 3), scale or 3))
        return {"preference": preference, "scale": scale, "probability": draw(shares)}
    if kind == "ranking":
        tier_of = {id_: draw(st.none() | st.integers(0, 2)) for id_ in ids}
        tiers = [[id_ for id_ in ids if tier_of[id_] == tier] for tier in (0, 1, 2)]
        return {"ranking": [tier for tier in tiers if tier]} if any(tiers) else {}
    return {}


@st.composite
def lines(draw: st.DrawFn) -> dict[str, Any]:
    contents = draw(st.dictionaries(st.sampled_from("abcd"), texts, max_size=4))
    responses = []
    for number, (id_, content) in enumerate(contents.items()):
        author = draw(st.sampled_from(["model", "person"]))
        responses.append({"id": id_, "content": content, author: f"{draw(names)}{number}", "metadata": draw(free)})
    line: dict[str, Any] = {"prompt": draw(names.filter(str.strip)), "responses": responses, "metadata": draw(free)}
    line |= draw(
        st.fixed_dictionaries(
            {}, optional={"system": texts, "reference": texts, "tags": st.lists(names), "contexts": st.lists(
                st.fixed_dictionaries({"text": texts}, optional={"title": texts}), max_size=2)}
        )
    )  # fmt: skip
    if not contents:
        return line
    some = st.lists(st.sampled_from(sorted(contents)), min_size=1, unique=True)
    scorers = draw(st.lists(names, unique=True, max_size=2))
    numbers = st.floats(allow_nan=False, allow_infinity=False)
    scores = [
        {"scorer": scorer, "response": id_, "value": draw(numbers), "parts": draw(free)}
        for scorer in scorers
        for id_ in draw(some)
    ]
    judged = draw(st.lists(judgments(contents), max_size=3))
    for sample, judgment in enumerate(judged, start=1):
        judgment["sample"] = sample
    return line | {"comparisons": draw(st.lists(some, max_size=2)), "scores": scores, "judgments": judged}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(lines(), min_size=1, max_size=3, unique_by=lambda line: line["prompt"]))
def test_any_lines_are_written_the_same_after_a_second_trip(load, exported, made):
    project, _ = trip(load, exported, made)
    assert Response.objects.filter(project=project).count() == sum(len(line["responses"]) for line in made)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(lines().filter(lambda line: line.get("judgments")))
def test_any_judgment_means_the_same_after_a_trip(load, exported, line):
    _, written = trip(load, exported, [line])
    again = msgspec.json.decode(written)
    assert sorted(map(str, meanings(line))) == sorted(map(str, meanings(again)))


def unsigned(values: dict[str, float]) -> list[tuple[str, float]]:
    """The database knows one zero."""
    return sorted((name, value + 0.0) for name, value in values.items())


def meanings(line: dict[str, Any]) -> list[Any]:
    """Each judgment in terms of its responses' authors: who beats whom, how clearly, and what was shown when."""
    author = {row["id"]: row.get("model") or row.get("person") for row in line["responses"]}
    found = []
    for said in line["judgments"]:
        first, *others = ids = said["responses"]
        place = {id_: number for number, tier in enumerate(said.get("ranking") or []) for id_ in tier}
        preference = said.get("preference")
        beats = {(author[one], author[other]) for one in ids for other in ids
                 if one != other and said.get("ranking") and place.get(one, 9) < place.get(other, 9)}  # fmt: skip
        if preference:
            beats = {(author[first], author[others[0]]) if preference > 0 else (author[others[0]], author[first])}
        scaled = (said.get("scale") or 1) > 1 or abs(preference or 0) > 1
        clearly = abs(preference) if preference is not None and scaled else None
        probability = said.get("probability")
        if probability is not None:
            probability = {author[first]: round(probability, 9), author[others[0]]: round(1 - probability, 9)}
        found.append(
            (
                said["judge"],
                said["sample"],
                sorted(author[id_] for id_ in ids),
                sorted(beats),
                clearly,
                said.get("both_bad", False),
                sorted((probability or {}).items()),
                [author[id_] for id_ in said.get("order") or []],
                sorted((author[id_], unsigned(values)) for id_, values in (said.get("ratings") or {}).items()),
                [(author[span["response"]], span["start"], span["end"]) for span in said.get("spans") or []],
            )
        )
    return found

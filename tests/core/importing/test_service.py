"""Lines into a project: once however often, whole or not at all, and the same in whatever batches."""

import io
import json
import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from core.importing import loading, loading_judgments, service
from core.importing.loaded import NOTES_KEPT, Loaded
from core.importing.reading import Reading, read
from core.importing.service import Imported, ingest
from core.judges import judge_of
from core.models import Candidate, Comparison, Judge, Judgment, Prompt, Response, Round, Score
from core.projects import create_project
from core.signals import comparisons_added
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
TABLES = (Prompt, Response, Comparison, Candidate, Judge, Judgment, Round, Score)


def reading(*lines: Any) -> Reading:
    rows = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return read(io.BytesIO(b"\n".join(rows) + b"\n"))


def pair(prompt: str, *judgments: dict[str, Any], **fields: Any) -> dict[str, Any]:
    responses = [{"id": "a", "content": "Yes.", "model": "m"}, {"id": "b", "content": "No.", "model": "n"}]
    return {"prompt": prompt, "responses": responses, "judgments": list(judgments), **fields}


def said(preference: int, judge: str = "ann", **fields: Any) -> dict[str, Any]:
    return {"judge": judge, "kind": "human", "responses": ["a", "b"], "preference": preference, **fields}


# Judges repeat themselves on one prompt over several lines, with other lines in between.
REPEATS = [
    pair("Red?", said(1), said(1, "bob")),
    pair("Blue?", said(-1), scores=[{"scorer": "length", "response": "a", "value": 4}]),
    pair("Red?", said(-1), reference="Red."),
    pair("Green?", said(0), said(0)),
    pair("Red?", said(0, "bob"), said(1, round="second")),
    pair("Red?", said(1, kind="ai", order=["a", "b"]), said(1, kind="ai", order=["b", "a"])),
    pair("Blue?", said(1), {"judge": "x", "kind": "ai", "responses": ["b"], "ratings": {"b": {"style": 3}}}),
    pair("Red?", said(2), said(-1, kind="ai", order=["a", "b"])),
]


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in TABLES}


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "LINES_A_BATCH", 2)


def test_lines_become_rows():
    project = create_project("p")
    loaded = ingest(project, reading(*REPEATS)).loaded
    assert loaded == Loaded(prompts=3, responses=6, comparisons=4, judgments=14, scores=1)
    assert counts() == {
        "Prompt": 3,
        "Response": 6,
        "Comparison": 4,
        "Candidate": 7,
        "Judge": 4,
        "Judgment": 14,
        "Round": 2,
        "Score": 1,
    }


def test_the_same_file_twice_adds_nothing(small_batches, exported):
    project = create_project("p")
    ingest(project, reading(*REPEATS))
    before, written = counts(), exported(project)
    again = ingest(project, reading(*REPEATS))
    assert again.loaded == Loaded()
    assert again.lines == len(REPEATS)
    assert (counts(), exported(project)) == (before, written)


@pytest.mark.parametrize("lines_a_batch", [1, 2, 3, 5])
def test_the_size_of_a_batch_changes_nothing(monkeypatch, exported, lines_a_batch):
    whole, parts = create_project("whole"), create_project("parts")
    ingest(whole, reading(*REPEATS))
    monkeypatch.setattr(service, "LINES_A_BATCH", lines_a_batch)
    loaded = ingest(parts, reading(*REPEATS)).loaded
    assert exported(parts) == exported(whole)
    assert loaded == Loaded(prompts=3, responses=6, comparisons=4, judgments=14, scores=1)


def test_a_batch_ends_when_it_holds_much_text(monkeypatch):
    monkeypatch.setattr(service, "BYTES_A_BATCH", 10_000)
    seen: list[int] = []
    lines = [{"prompt": f"{number} " + "x" * 6_000} for number in range(6)]
    ingest(create_project("p"), reading(*lines), progress=lambda imported, size: seen.append(imported.loaded.prompts))
    assert seen == [2, 4, 6]


def test_a_judges_repeats_are_numbered_in_the_order_of_the_file(small_batches):
    project = create_project("p")
    ingest(project, reading(*REPEATS))
    red = Judgment.objects.filter(comparison__prompt__messages__0__content="Red?", round=None, judge__kind="human")
    answers = red.order_by("judge__name", "sample").values_list("judge__name", "sample", "strength", "ranks")
    first_wins, second_wins = sorted([[1, 2], [2, 1]], key=lambda ranks: ranks != answers[0][3])
    assert list(answers) == [
        ("ann", 1, None, first_wins),
        ("ann", 2, None, second_wins),
        ("ann", 3, 2, first_wins),
        ("bob", 1, None, first_wins),
        ("bob", 2, None, [1, 1]),
    ]


def test_a_later_reference_fills_a_gap_and_another_one_is_noted_and_not_kept(small_batches):
    project = create_project("p")
    lines = [pair("Red?"), pair("Blue?", reference="Blue."), pair("Red?", reference="Red."), pair("Green?")]
    noted = ingest(project, reading(*lines, pair("Red?", reference="Pink."), pair("Blue?"))).loaded
    assert dict(project.prompts.values_list("messages__0__content", "reference")) == {
        "Red?": "Red.",
        "Blue?": "Blue.",
        "Green?": None,
    }
    assert noted.notes == [(5, "The prompt is there already with another reference, which was kept.")]
    again = ingest(project, reading(pair("Blue?", reference="Navy."))).loaded
    assert (again.noted, again.notes[0][0]) == (1, 1)


def test_another_answer_to_the_same_comparison_is_noted_and_the_first_kept():
    project = create_project("p")
    ingest(project, reading(pair("Red?", said(1))))
    before = Judgment.objects.get().ranks
    loaded = ingest(project, reading(pair("Blue?"), pair("Red?", said(-1)))).loaded
    assert loaded.judgments == 0
    assert loaded.notes == [
        (
            2,
            "ann's judgment number 1 of this comparison is there already with another answer, which was kept. "
            'A repeat needs its own "sample".',
        )
    ]
    assert Judgment.objects.get().ranks == before


def test_notes_are_all_counted_and_the_first_thousand_kept():
    loaded = Loaded()
    for line in range(1, NOTES_KEPT + 6):
        loaded.note(line, "Odd.")
    both = Loaded()
    both.add(loaded)
    both.add(loaded)
    assert (both.noted, len(both.notes)) == (2 * (NOTES_KEPT + 5), NOTES_KEPT)


def test_a_file_cannot_speak_for_somebody_who_has_an_account():
    project, person = create_project("p"), UserFactory(name="ann")
    judge_of(person, project)
    loaded = ingest(project, reading(pair("Red?", said(1), said(1, "bob")))).loaded
    assert loaded.judgments == 1
    assert loaded.notes[0][1].startswith("“ann” has an account in this project, so a file cannot add judgments")
    assert list(Judgment.objects.values_list("judge__name", flat=True)) == ["bob"]


def test_a_machine_may_bear_the_name_of_a_person():
    project = create_project("p")
    judge_of(UserFactory(name="ann"), project)
    assert ingest(project, reading(pair("Red?", said(1, kind="ai")))).loaded.judgments == 1


def test_strict_is_all_or_nothing(small_batches):
    project = create_project("p")
    before, refused = counts(), []
    imported = ingest(project, reading(*REPEATS, b"{", pair("Last?")), strict=True, refuse=refused.append)
    assert (imported.lines, imported.refused, imported.loaded) == (10, 1, Loaded())
    assert (counts(), [each.number for each in refused]) == (before, [9])
    assert ingest(project, reading(*REPEATS), strict=True).loaded.judgments == 14


def test_a_refused_line_costs_only_itself(small_batches):
    refused: list[Any] = []
    broken = [b"not json", {"prompt": ""}, pair("Red?", said(1, responses=["a", "z"]))]
    lines = [REPEATS[0], broken[0], REPEATS[1], *broken[1:], REPEATS[2]]
    imported = ingest(create_project("p"), reading(*lines), refuse=refused.append)
    assert [each.number for each in refused] == [2, 4, 5]
    assert (imported.refused, imported.loaded.judgments, imported.layout) == (3, 4, "interchange")


def test_an_import_that_was_killed_and_run_again_gives_the_same_as_one(small_batches, monkeypatch, exported):
    whole, killed = create_project("whole"), create_project("killed")
    ingest(whole, reading(*REPEATS))
    original, calls = loading_judgments.Judgments.load, []

    def dies(self, known):
        calls.append(known)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return original(self, known)

    monkeypatch.setattr(loading_judgments.Judgments, "load", dies)
    with pytest.raises(KeyboardInterrupt):
        ingest(killed, reading(*REPEATS))
    assert 0 < killed.judgments.count() < whole.judgments.count()
    ingest(killed, reading(*REPEATS))
    assert exported(killed) == exported(whole)


def test_the_number_of_queries_does_not_grow_with_the_lines():
    def queries(slug, lines):
        project = create_project(slug)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            ingest(project, reading(*lines))
        # Statistics are renewed where the table has doubled, which is not for each line.
        return sum(not query["sql"].startswith("ANALYZE") for query in captured.captured_queries)

    few = [pair(f"Number {number}?", said(1)) for number in range(2)]
    many = [pair(f"Number {number}?", said(1), said(-1)) for number in range(60)]
    assert queries("many", many) == queries("few", few) <= 40


def test_the_rooms_hear_of_comparisons_that_are_new_or_newly_judged():
    project, heard = create_project("p"), []

    def listen(sender, *, project, comparison_ids, **_):
        heard.append((project, comparison_ids))

    comparisons_added.connect(listen)
    try:
        ingest(project, reading(pair("Red?", said(1)), pair("Blue?", comparisons=[["a", "b"]])))
        ingest(project, reading(pair("Red?", said(1)), pair("Blue?", said(1))))
        ingest(project, reading(pair("Red?", said(1))))
    finally:
        comparisons_added.disconnect(listen)
    blue = Comparison.objects.get(prompt__messages__0__content="Blue?")
    assert heard == [(project, sorted(project.comparisons.values_list("id", flat=True))), (project, [blue.pk])]


@pytest.mark.parametrize(
    "created",
    ["2024-05-01T12:30:00Z", "2024-05-01T14:30:00+02:00", "20240501T123000Z", "2024-W18-3T12:30:00Z",
     "2024-05-01 12:30:00,0+00:00"],
)  # fmt: skip
def test_every_spelling_of_a_time_that_is_accepted_is_stored_as_that_time(created):
    ingest(create_project("p"), reading(pair("Red?", said(1, created=created))))
    assert Judgment.objects.get().created.isoformat() == "2024-05-01T12:30:00+00:00"


def test_a_time_that_the_file_does_not_say_stays_unknown():
    ingest(create_project("p"), reading(pair("Red?", said(1))))
    judgment = Judgment.objects.get()
    unknown = (judgment.created, judgment.order, judgment.strength, judgment.touched, judgment.wall_ms, judgment.round)
    assert unknown == (None,) * 6


def test_the_longest_names_that_a_line_may_hold_fit():
    name = "é" * 200
    line = pair("Red?", said(1, name, version=name, round=name), scores=[{"scorer": name, "response": "a", "value": 1}])
    line["responses"][0] |= {"model": name, "finish_reason": name}
    assert ingest(create_project("p"), reading(line)).loaded.judgments == 1


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("status", ["submitted", "skipped", "flagged", "surplus", "unreadable"])
@pytest.mark.parametrize(
    "fields", [{}, {"both_bad": True}, {"ranking": [["r0"]]}, {"both_bad": True, "ranking": [["r0"]]}]
)
def test_whatever_passes_the_checks_of_a_line_passes_those_of_the_database(k, status, fields):
    ids = [f"r{number}" for number in range(k)]
    row = {"judge": "ann", "kind": "ai", "responses": ids, "status": status, **fields}
    line = {"prompt": "Red?", "responses": [{"id": id_, "content": id_} for id_ in ids], "judgments": [row]}
    imported = ingest(create_project("p"), reading(line))
    assert imported.refused + imported.loaded.judgments == 1


def test_numbers_that_are_one_value_make_one_response():
    calls = [[{"role": "assistant", "content": "", "tool_calls": [{"n": number}]}] for number in (1, 1.0)]
    responses = [{"id": f"r{number}", "content": content} for number, content in enumerate(calls)]
    loaded = ingest(create_project("p"), reading({"prompt": "Red?", "responses": responses})).loaded
    assert loaded.responses == 1


def test_a_round_of_a_file_is_closed_and_asks_nobody():
    project = create_project("p")
    current = project.current_round
    ingest(project, reading(pair("Red?", said(1, round="pilot"), said(1, "bob", round=current.name))))
    pilot = Round.objects.get(name="pilot")
    assert (pilot.number, pilot.closed is None, project.current_round) == (2, False, current)
    assert set(Judgment.objects.values_list("round", flat=True)) == {pilot.pk, current.pk}


def test_two_projects_keep_their_rows_apart(exported):
    one, other = create_project("one"), create_project("other")
    ingest(one, reading(*REPEATS))
    ingest(other, reading(*REPEATS))
    assert exported(one) == exported(other)
    assert set(one.prompts.values_list("public")).isdisjoint(other.prompts.values_list("public"))


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_the_same_time_give_the_rows_of_one(small_batches, exported):
    whole, shared = create_project("whole"), create_project("shared")
    ingest(whole, reading(*REPEATS))
    gate, outcomes = threading.Barrier(2), []

    def run() -> None:
        try:
            gate.wait(timeout=20)
            outcomes.append(ingest(shared, reading(*REPEATS)))
        except (DatabaseError, threading.BrokenBarrierError) as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(isinstance(outcome, Imported) for outcome in outcomes), outcomes
    assert sum(outcome.loaded.judgments for outcome in outcomes) == 14
    assert exported(shared) == exported(whole)


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_adds_behind_the_lock_is_found_at_the_second_try(monkeypatch, exported):
    project, original, tries = create_project("p"), loading.Load._load_prompts, []

    def beaten(self):
        tries.append(1)
        if len(tries) == 1:
            ids = original(self)
            thread = threading.Thread(target=self_made_judge)
            thread.start()
            thread.join()
            Judge.objects.create(project=project, kind="human", name="zoe", version="")
            return ids
        return original(self)

    def self_made_judge() -> None:
        Judge.objects.create(project_id=project.pk, kind="human", name="zoe", version="")
        connection.close()

    monkeypatch.setattr(loading.Load, "_load_prompts", beaten)
    assert ingest(project, reading(*REPEATS)).loaded.judgments == 14
    assert len(tries) == 2

"""A project of a real Label Studio comes in through the SDK and through its export file, and both are the same."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from core.importing.files import import_file
from core.importing.label_studio import server as reader
from core.models import Comparison, Judgment, Project, Prompt, Response, RunState
from core.projects import create_project
from core.runs.actions import run_here
from core.runs.starting import start_run
from tests.factories import MembershipFactory, UserFactory
from tests.labelstudio.label_studio_server import ADDRESS, MISSING, PROGRAM, LabelStudioServer, label_studio_server

pytestmark = [
    pytest.mark.labelstudio,
    pytest.mark.skipif(not PROGRAM.exists(), reason=MISSING),
    pytest.mark.xdist_group("labelstudio"),
    pytest.mark.django_db(transaction=True),  # a lease is kept over another connection
]

CONFIGURATION = """
<View>
  <Header value="Which answer is better?"/>
  <Text name="prompt" value="$prompt"/>
  <Text name="answer1" value="$answer1"/>
  <Text name="answer2" value="$answer2"/>
  <Pairwise name="better" toName="answer1,answer2"/>
  <Choices name="domain" toName="prompt" choice="single"><Choice value="safety"/><Choice value="style"/></Choices>
  <Choices name="flaws" toName="prompt" choice="multiple"><Choice value="rude"/><Choice value="wrong"/></Choices>
  <Rating name="quality" toName="answer1" maxRating="5"/>
  <Rating name="difficulty" toName="prompt" maxRating="5"/>
  <TextArea name="why" toName="prompt"/>
  <List name="items" value="$items" title="Candidates"/>
  <Ranker name="rank" toName="items"/>
</View>
"""
ITEMS = [
    {"id": "x", "title": "Heron", "body": "One."},
    {"id": "y", "title": "Wren", "body": "Two."},
    {"id": "z", "title": "Owl", "body": "Three."},
]
SECOND = "second@example.org"


def result(kind: str, control: str, to: str, **value: Any) -> dict[str, Any]:
    return {"id": f"{control}1", "type": kind, "from_name": control, "to_name": to, "value": value}


def preferred(side: str, to: str = "better") -> dict[str, Any]:
    return result("pairwise", "better", to, selected=side)


LEFT, RIGHT = preferred("left"), preferred("right", "answer1")
RANKED = result("ranker", "rank", "items", ranker={"rank": ["y", "z", "x"]})


def task(number: int, **fields: Any) -> dict[str, Any]:
    data = {"prompt": f"Question {number}? 🙂 سؤال", "answer1": f"Left {number}.", "answer2": f"Right\n{number}."}
    return {"data": {**data, "items": ITEMS, "topic": f"topic {number}"}, **fields}


def annotation(completed_by: int, *results: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Label Studio takes what is imported for ground truth unless it is told otherwise."""
    return {"completed_by": completed_by, "result": list(results), "ground_truth": False, **fields}


def tasks(lead: int, second: int) -> list[dict[str, Any]]:
    full = [
        LEFT,
        result("choices", "domain", "prompt", choices=["safety"]),
        result("choices", "flaws", "prompt", choices=["rude", "wrong"]),
        result("rating", "quality", "answer1", rating=4),
        result("rating", "difficulty", "prompt", rating=2),
        result("textarea", "why", "prompt", text=["It is shorter.", "And right."]),
        RANKED,
    ]
    return [
        task(
            1,
            annotations=[annotation(lead, *full, lead_time=12.5), annotation(second, RIGHT, lead_time=3.25)],
            predictions=[{"model_version": "heron-2", "score": 0.75, "result": [RIGHT, RANKED]}],
        ),
        task(2, annotations=[annotation(second, RIGHT, ground_truth=True)]),
        task(3, annotations=[annotation(second, was_cancelled=True)]),
        task(4, predictions=[{"model_version": "v3", "score": 0.5, "result": [LEFT]}]),
        task(5),
        task(6, annotations=[annotation(second, LEFT), annotation(second, RIGHT)]),
        task(7, annotations=[annotation(lead)]),
    ]


class Studio:
    """The server, a project of it, and its numbers of things."""

    def __init__(self, server: LabelStudioServer) -> None:
        from label_studio_sdk import LabelStudio

        self.server = server
        self.client = LabelStudio(base_url=server.url, api_key=server.token)
        self.project = self.client.projects.create(title="Real", label_config=CONFIGURATION).id
        self.lead = next(person.id for person in self.client.users.list() if person.email == ADDRESS)
        self.second = self.client.users.create(username="second", email=SECOND, password="a long password").id
        self.client.projects.import_tasks(self.project, request=tasks(self.lead, self.second))
        (self.unjudged,) = [
            each.id for each in self.client.tasks.list(project=self.project) if each.data["topic"] == "topic 5"
        ]
        self.client.annotations.create(self.unjudged, result=[RIGHT], lead_time=1.5, was_cancelled=False)

    def snapshot(self) -> bytes:
        """The export with people and predictions in full."""
        options = {"predictions": {"only_id": False}, "annotations__completed_by": {"only_id": False}}
        made = self.client.projects.exports.create(self.project, serialization_options=options)
        deadline = time.monotonic() + 120
        while self.client.projects.exports.get(self.project, made.id).status != "completed":
            assert time.monotonic() < deadline, "the export does not end"
            time.sleep(0.5)
        return b"".join(self.client.projects.exports.download(self.project, made.id, export_type="JSON"))

    def quick(self) -> bytes:
        """What the button Export gives: numbers of people and of predictions."""
        return b"".join(
            self.client.projects.exports.download_sync(self.project, export_type="JSON", download_all_tasks=True)
        )


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with label_studio_server(tmp_path_factory.mktemp("label-studio")) as server:
        yield Studio(server)


@pytest.fixture
def from_server(studio: Studio, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.LABEL_STUDIO_HOSTS = [f"127.0.0.1:{studio.server.port}"]
    monkeypatch.setenv("PREFEREE_KEY_LABEL_STUDIO", studio.server.token)

    def imported(project: Project) -> str:
        run = run_here(start_run(project, "label_studio", {"address": studio.server.url, "project": studio.project}))
        assert run.state == RunState.DONE, (run.error, *run.stages.get().failures.values_list("error"))
        return str(run.stages.get().note)

    return imported


@pytest.fixture
def from_file(tmp_path: Path) -> Any:
    def imported(project: Project, content: bytes, **mapping: str) -> dict[str, Any]:
        path = tmp_path / "export.json"
        path.write_bytes(content)
        done = import_file(project, str(path), mapping=mapping, strict=False)
        assert done.report["refused"] == 0, done.first
        return done.report

    return imported


def said(project: Project) -> dict[str, list[dict[str, Any]]]:
    """The judgments by topic, as they stand in the database: ranks by answer and not by slot."""
    found: dict[str, list[dict[str, Any]]] = {}
    rows = Judgment.objects.filter(project=project).select_related("judge", "round", "person", "comparison__prompt")
    for row in rows.order_by("judge__kind", "judge__name", "k", "occasion"):
        slots = list(row.comparison.candidates.order_by("slot").values_list("response__content", flat=True))
        told = {
            "judge": f"{row.judge.kind} {row.judge}",
            "person": row.person and row.person.email,
            "round": row.round and row.round.name,
            "occasion": row.occasion,
            "status": row.status,
            "ranks": row.ranks and dict(zip(slots, row.ranks, strict=True)),
            "answers": row.answers,
            "ratings": {slots[int(slot)]: values for slot, values in row.ratings.items()},
            "rationale": row.rationale,
            "confidence": row.confidence,
            "wall_ms": row.wall_ms,
            "order": row.order,
            "strength": row.strength,
        }
        nothing = {"order": None, "strength": None, "answers": {}, "ratings": {}, "rationale": "", "confidence": None}
        nothing |= {"round": None, "person": None, "wall_ms": None, "occasion": "first", "status": "submitted"}
        assert row.created is not None
        topic = row.comparison.prompt.metadata["topic"]
        found.setdefault(topic, []).append({key: told[key] for key in told if nothing.get(key, "") != told[key]})
    return found


def expected() -> dict[str, list[dict[str, Any]]]:
    def left(number: int) -> dict[str, int]:
        return {f"Left {number}.": 1, f"Right\n{number}.": 2}

    def right(number: int) -> dict[str, int]:
        return {f"Left {number}.": 2, f"Right\n{number}.": 1}

    listed = {"One.": 3, "Two.": 1, "Three.": 2}
    lead = {"judge": "human Lea", "person": ADDRESS, "round": "Label Studio"}
    second = {"judge": f"human {SECOND}", "round": "Label Studio"}
    return {
        "topic 1": [
            {"judge": "ai heron-2", "ranks": right(1), "confidence": 0.75},
            {"judge": "ai heron-2", "ranks": listed, "confidence": 0.75},
            lead
            | {
                "ranks": left(1),
                "answers": {"domain": "safety", "flaws": ["rude", "wrong"], "difficulty": 2},
                "ratings": {"Left 1.": {"quality": 4.0}},
                "rationale": "It is shorter.\nAnd right.",
                "wall_ms": 12500,
            },
            lead | {"ranks": listed, "wall_ms": 12500},
            second | {"ranks": right(1), "wall_ms": 3250},
        ],
        "topic 2": [{"judge": f"gold {SECOND}", "ranks": right(2)}],
        "topic 3": [second | {"status": "skipped", "ranks": None}] * 2,
        "topic 4": [{"judge": "ai Label Studio v3", "ranks": left(4), "confidence": 0.5}],
        "topic 5": [lead | {"ranks": right(5), "wall_ms": 1500}],
        "topic 6": [second | {"ranks": left(6)}, second | {"ranks": right(6), "occasion": "retest"}],
        "topic 7": [lead | {"status": "unreadable", "ranks": None}] * 2,
    }


@pytest.fixture
def projects() -> list[Project]:
    """Two of them, both with the lead as a member."""
    lead = UserFactory(email=ADDRESS, name="Lea")
    both = [create_project(slug) for slug in ("through-sdk", "through-file")]
    for project in both:
        MembershipFactory(project=project, user=lead)
    return both


def test_the_sdk_and_the_export_file_bring_the_same(
    studio: Studio, from_server: Any, from_file: Any, projects: list[Project], exported: Any, monkeypatch: Any
) -> None:
    through_sdk, through_file = projects
    monkeypatch.setattr(reader, "TASKS_A_PAGE", 2)
    note = from_server(through_sdk)
    report = from_file(through_file, studio.snapshot())

    counts = {"prompts": 7, "responses": 35, "comparisons": 14, "judgments": 14, "scores": 0}
    assert note == (
        f"{studio.server.url}, project {studio.project}: 7 lines. Added 7 prompts, 35 responses, 14 comparisons, "
        "14 judgments. 1 member judged there.\n"
    )
    assert (report["added"], report["members"]) == (counts, [ADDRESS])
    for project in projects:
        assert Prompt.objects.filter(project=project).count() == 7
        assert Response.objects.filter(project=project).count() == 35
        assert Comparison.objects.filter(project=project).count() == 14
        found, wanted = said(project), expected()
        assert found.keys() == wanted.keys()
        for topic in wanted:
            assert found[topic] == wanted[topic], topic
    assert exported(through_sdk) == exported(through_file)


def test_importing_again_by_either_way_adds_nothing(
    studio: Studio, from_server: Any, from_file: Any, projects: list[Project], exported: Any
) -> None:
    from_server(projects[0])
    from_file(projects[1], studio.snapshot())
    before = [exported(project) for project in projects]
    assert "Added nothing new." in from_server(projects[1])
    assert from_file(projects[0], studio.snapshot())["added"]["judgments"] == 0
    assert [exported(project) for project in projects] == before


def test_the_quick_export_lacks_predictions_and_addresses_which_a_mapping_can_say(
    studio: Studio, from_server: Any, from_file: Any, projects: list[Project]
) -> None:
    through_sdk, through_file = projects
    from_server(through_sdk)
    people = {f"person.{studio.lead}": ADDRESS, f"person.{studio.second}": SECOND}
    assert from_file(through_file, studio.quick(), **people)["members"] == [ADDRESS]

    def by_people(project: Project) -> dict[str, Any]:
        without = {topic: [one for one in rows if one["judge"][:2] != "ai"] for topic, rows in said(project).items()}
        return {topic: rows for topic, rows in without.items() if rows}

    assert by_people(through_file) == by_people(through_sdk)


def test_what_the_server_refuses_is_said_in_a_sentence(
    studio: Studio, from_server: Any, projects: list[Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"address": studio.server.url, "project": studio.project + 99}
    run = run_here(start_run(projects[0], "label_studio", values))
    assert (run.state, f"has no project {studio.project + 99}" in run.error) == (RunState.FAILED, True)

    monkeypatch.setenv("PREFEREE_KEY_LABEL_STUDIO", "wrong")
    run = run_here(start_run(projects[0], "label_studio", values))
    assert "refuses the token in PREFEREE_KEY_LABEL_STUDIO" in run.error
    assert studio.server.token not in json.dumps([run.error, run.settings])

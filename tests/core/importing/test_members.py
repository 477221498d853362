"""Whose e-mail address is that of a member is that member; everybody else stays an imported judge."""

import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.importing.reading import read
from core.importing.service import ingest
from core.judges import judge_of
from core.models import Judge, Judgment, Label
from core.projects import create_project
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
DATA = {"prompt": "Why?", "answer1": "Because.", "answer2": "No idea."}


def said(side, email="ann@example.org", **fields):
    choice = {"type": "pairwise", "from_name": "better", "to_name": "better", "value": {"selected": side}}
    return {"completed_by": {"id": 1, "email": email}, "result": [choice], **fields}


def imported(project, *annotations, data=DATA):
    content = json.dumps([{"data": data, "annotations": list(annotations)}]).encode()
    return ingest(project, read(io.BytesIO(content)))


@pytest.fixture
def project():
    return create_project("p")


@pytest.fixture
def ann(project):
    person = UserFactory(email="ann@example.org", name="Ann")
    MembershipFactory(project=project, user=person)
    return person


def test_a_member_is_the_judge_in_a_round_of_its_own(project, ann):
    outcome = imported(project, said("left", "Ann@Example.org"), said("right", "bob@example.org"))
    own, other = Judgment.objects.order_by("id").select_related("judge", "round")

    assert (own.person, own.judge, own.judge.name) == (ann, judge_of(ann, project), "Ann")
    assert (other.person, other.judge.name) == (None, "bob@example.org")
    assert {own.round.name, other.round.name} == {"Label Studio"}
    assert own.round.closed is not None
    assert project.current_round.name == "round 1"
    assert outcome.members == ["ann@example.org"]
    assert Label.objects.get().undecided


def test_the_same_again_adds_nothing_and_costs_no_query_a_person(project, ann):
    people = [f"person{n}@example.org" for n in range(9)]
    for email in people[:5]:
        MembershipFactory(project=project, user=UserFactory(email=email))
    annotations = [said("left", email) for email in [ann.email, *people]]
    assert imported(project, *annotations).loaded.judgments == 10
    with CaptureQueriesContext(connection) as few:
        assert imported(project, annotations[0], annotations[-1]).loaded.judgments == 0
    with CaptureQueriesContext(connection) as many:
        assert imported(project, *annotations).loaded.judgments == 0
    assert len(many) == len(few)
    assert Judgment.objects.count() == 10


def test_another_answer_of_a_member_is_kept_out_and_said(project, ann):
    imported(project, said("left"))
    outcome = imported(project, said("right"))
    assert outcome.loaded.judgments == 0
    assert outcome.loaded.notes[0][1].startswith("ann@example.org has judged this comparison in this round already")


def test_a_members_second_and_third_answers(project, ann):
    """The second is a retest. A third would be another of the same kind, and a person has one."""
    outcome = imported(project, said("left", id=1), said("right", id=2), said("left", id=3))
    assert outcome.loaded.judgments == 2
    assert list(Judgment.objects.order_by("id").values_list("occasion", flat=True)) == ["first", "retest"]
    assert outcome.loaded.noted == 1
    assert not Label.objects.get().undecided


def test_an_imported_judge_keeps_every_repeat(project):
    assert imported(project, said("left", id=1), said("right", id=2), said("left", id=3)).loaded.judgments == 3
    assert imported(project, said("left", id=1), said("right", id=2), said("left", id=3)).loaded.judgments == 0


def test_who_came_by_import_before_they_joined_stays_that_judge(project):
    imported(project, said("left"))
    person = UserFactory(email="ann@example.org", name="Ann")
    MembershipFactory(project=project, user=person)
    outcome = imported(project, said("left"), said("right", "bob@example.org"))
    assert (outcome.loaded.judgments, outcome.members) == (1, [])
    assert not Judge.objects.filter(person=person).exists()


def test_an_account_that_is_no_member_is_nobody_here(project):
    UserFactory(email="ann@example.org", name="Ann")
    MembershipFactory(user=UserFactory(email="bob@example.org"))
    outcome = imported(project, said("left"), said("left", "bob@example.org"))
    assert (outcome.members, set(Judgment.objects.values_list("person", flat=True))) == ([], {None})


def test_gold_is_said_by_nobody_in_person(project, ann):
    imported(project, said("left", ground_truth=True))
    judgment = Judgment.objects.select_related("judge").get()
    assert (judgment.person, judgment.judge.kind, judgment.judge.name) == (None, "gold", "ann@example.org")


def test_a_file_of_another_layout_cannot_speak_for_a_member(project, ann):
    line = {
        "prompt": "Why?",
        "responses": [{"id": "a", "content": "Yes."}, {"id": "b", "content": "No."}],
        "judgments": [{"judge": ann.email, "kind": "human", "responses": ["a", "b"], "preference": 1}],
    }
    outcome = ingest(project, read(io.BytesIO(json.dumps(line).encode())))
    assert (outcome.members, Judgment.objects.get().person) == ([], None)


def test_strict_takes_all_or_nothing_and_then_nobody_judged(project, ann):
    content = json.dumps([{"data": DATA, "annotations": [said("left")]}, {"data": 5, "annotations": []}]).encode()
    outcome = ingest(project, read(io.BytesIO(content)), strict=True)
    assert (outcome.refused, outcome.members, Judgment.objects.count()) == (1, [], 0)

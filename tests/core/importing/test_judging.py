import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.importing.judging import Judges
from core.importing.rows import JudgeName
from core.judges import judge_of
from core.models import Judge, Round
from core.projects import create_project
from tests.factories import JudgeFactory, UserFactory

pytestmark = pytest.mark.django_db


class Named:
    """As much of a judgment as says who judged, and in which round."""

    def __init__(self, name: str, kind: str = "human", version: str = "", in_round: str | None = None) -> None:
        self.judge, self.round = JudgeName(kind, name, version), in_round


def test_a_judge_is_its_kind_name_and_version():
    project = create_project("p")
    judges = Judges(project)
    said = [Named("x"), Named("x", "ai"), Named("x", "ai", "2"), Named("x")]
    judges.know(said)
    assert len({judges.id_of(each.judge) for each in said}) == Judge.objects.count() == 3
    assert {judge.project for judge in Judge.objects.all()} == {project}


def test_a_judge_that_is_there_already_is_found_and_not_changed():
    there = JudgeFactory(project=create_project("p"), kind="ai", name="x", config={"t": 1})
    judges = Judges(there.project)
    judges.know([Named("x", "ai")])
    assert judges.id_of(JudgeName("ai", "x", "")) == there.pk
    assert Judge.objects.get().config == {"t": 1}


def test_only_a_judge_with_an_account_is_a_person():
    project = create_project("p")
    judge_of(UserFactory(name="ann"), project)
    judges = Judges(project)
    judges.know([Named("ann"), Named("bob"), Named("ann", "ai")])
    assert [
        judges.is_person(JudgeName(*who)) for who in [("human", "ann", ""), ("human", "bob", ""), ("ai", "ann", "")]
    ] == [
        True,
        False,
        False,
    ]


def test_rounds_are_numbered_on_and_a_judgment_may_have_none():
    project = create_project("p")
    judges = Judges(project)
    judges.know([Named("x", in_round="b"), Named("x", in_round="a"), Named("x"), Named("x", in_round="round 1")])
    assert list(Round.objects.order_by("number").values_list("number", "name")) == [(1, "round 1"), (2, "a"), (3, "b")]
    assert judges.round_id("round 1") == project.current_round.pk
    assert judges.round_id(None) is None


def test_what_is_known_costs_no_query():
    judges = Judges(create_project("p"))
    judges.know([Named("x", in_round="a")])
    with CaptureQueriesContext(connection) as captured:
        judges.know([Named("x", in_round="a")])
    assert not captured.captured_queries


def test_after_a_rollback_judges_and_rounds_are_made_again():
    project = create_project("p")
    judges = Judges(project)
    with transaction.atomic():
        judges.know([Named("x", in_round="a")])
        transaction.set_rollback(True)
    judges.forget()
    judges.know([Named("x", in_round="a")])
    assert Judge.objects.get().pk == judges.id_of(JudgeName("human", "x", ""))
    assert Round.objects.get(name="a").pk == judges.round_id("a")

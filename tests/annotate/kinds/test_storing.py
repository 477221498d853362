"""What is answered stands in the database as the kinds say, and labels and agreement understand it."""

from typing import Any
from uuid import uuid4

import pytest

from annotate.kinds.protocol import BadAnswer
from annotate.work.actions import Answer, submit_judgment
from core.labels.agreement import people
from core.models import Judgment, Label, Project, User
from core.models.project import MAIN_QUESTION
from core.reports.columns import PEOPLE, read_columns
from tests.annotate.kinds.making import ask, held_by
from tests.factories import ComparisonFactory

RANKING = {"id": "main", "kind": "ranking", "text": "Rank", "partial": True, "ties": True}
SCALE = {"attributes": [{"name": "correctness"}, {"name": "style"}], "lowest": 0, "highest": 4}
RATING = {"id": "main", "kind": "rating", "text": "Rate", **SCALE}
WHY = {"id": "why", "kind": "text", "text": "Why?", "required": True, "when": {"question": "main", "is": ["tie"]}}


def answered(person: User, project: Project, fields: dict[str, list[str]], order: list[int]) -> Judgment:
    held = held_by(person, project, order)
    judgment = submit_judgment(held.comparison, Answer(uuid4(), fields), by=person)
    judgment.refresh_from_db()
    return judgment


def rated(*numbers: str) -> dict[str, list[str]]:
    return {
        f"main.{place}.{name}": [number] for place, number in enumerate(numbers) for name in ("correctness", "style")
    }


def test_a_partial_ranking_is_a_vote_for_what_it_ranks(project: Project, ada: User, bruno: User) -> None:
    ask(project, [RANKING])
    ComparisonFactory(project=project, texts=["One.", "Two.", "Three."], votes_wanted=2)
    first = answered(ada, project, {"main.0": ["1"]}, [2, 0, 1])
    assert (first.ranks, first.partial, first.order, first.touched) == ([3, 3, 1], True, [2, 0, 1], True)
    second = answered(bruno, project, {"main.0": ["2"], "main.1": ["2"], "main.2": ["1"]}, [0, 1, 2])
    assert (second.ranks, second.partial) == ([2, 2, 1], False)
    assert Label.objects.get(policy="majority").ranks == [2, 2, 1]


def test_ratings_of_two_agree_as_preferences_do(project: Project, ada: User, bruno: User) -> None:
    ask(project, [RATING])
    ComparisonFactory(project=project, texts=["One.", "Two."], votes_wanted=2)
    answered(ada, project, rated("4", "1"), [0, 1])
    judgment = answered(bruno, project, rated("0", "3"), [1, 0])
    assert (judgment.ranks, judgment.strength) == ([1, 2], None)
    assert judgment.ratings == {"0": {"correctness": 3, "style": 3}, "1": {"correctness": 0, "style": 0}}
    label = Label.objects.get(policy="majority")
    assert (label.ranks, label.probability) == ([1, 2], 1)
    agreement = people(read_columns(project).of(PEOPLE))
    assert (agreement.percent.value, agreement.n_pairs) == (1, 1)


def test_a_rating_of_one_has_numbers_and_no_label(project: Project, ada: User) -> None:
    ask(project, [RATING])
    ComparisonFactory(project=project, texts=["One."])
    judgment = answered(ada, project, rated("2"), [0])
    assert (judgment.ranks, judgment.ratings) == (None, {"0": {"correctness": 2, "style": 2}})
    assert not Label.objects.exists()


@pytest.mark.parametrize(
    ("fields", "question"),
    [({}, "main"), ({"main": ["tie"]}, "why"), ({"main": ["c9"]}, "main"), ({"main": ["tie"], "why": [" "]}, "why")],
)
def test_what_is_missing_is_said_beside_its_question_and_nothing_is_stored(
    project: Project, ada: User, fields: Any, question: str
) -> None:
    ask(project, [MAIN_QUESTION, WHY])
    ComparisonFactory(project=project)
    with pytest.raises(BadAnswer) as refused:
        answered(ada, project, fields, [0, 1])
    assert refused.value.question == question
    assert not Judgment.objects.exists()


def test_what_is_not_asked_does_not_count(project: Project, ada: User) -> None:
    ask(project, [MAIN_QUESTION, WHY])
    ComparisonFactory(project=project)
    assert answered(ada, project, {"main": ["a1"], "why": ["Hidden."]}, [0, 1]).answers == {}


def test_an_answer_is_checked_against_the_questions_of_its_round(project: Project, ada: User) -> None:
    ask(project, [RATING])
    ComparisonFactory(project=project)
    held = held_by(ada, project)
    ask(project, [MAIN_QUESTION])
    with pytest.raises(BadAnswer):
        submit_judgment(held.comparison, Answer(uuid4(), {"main": ["a1"]}), by=ada)
    assert submit_judgment(held.comparison, Answer(uuid4(), rated("1", "1")), by=ada).ranks == [1, 1]


def test_marks_outside_the_text_never_reach_the_database(project: Project, ada: User) -> None:
    marks = {"id": "faults", "kind": "spans", "text": "Mark", "categories": [{"value": "wrong", "text": "Wrong"}]}
    ask(project, [MAIN_QUESTION, marks])
    ComparisonFactory(project=project, texts=["12:00 \U0001f552", "12:00 \U0001f550!"])
    fields = {"main": ["a1"], "faults": ['[{"place": 0, "start": 6, "end": 9, "label": "wrong"}]']}
    with pytest.raises(BadAnswer, match="A mark does not lie inside A"):
        answered(ada, project, fields, [0, 1])
    fields["faults"] = ['[{"place": 1, "start": 6, "end": 7, "label": "wrong"}]']
    judgment = answered(ada, project, fields, [0, 1])
    assert judgment.spans == [{"slot": 1, "start": 6, "end": 7, "label": "wrong"}]

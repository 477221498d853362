"""Other questions and guidelines take the place of those that stand; what was answered stays what was asked."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from annotate.kinds.protocol import BadAnswer
from annotate.queue.reservations import take_next
from annotate.work.actions import Answer, submit_judgment
from core.errors import Conflict, PrefereeError
from core.models import AuditEvent, Judgment, Project, QuestionSet, Role, User
from core.models.project import DEFAULT_QUESTIONS, MAIN_QUESTION
from core.questions import current, last_seen, mark_of, publish
from tests.factories import ComparisonFactory, MembershipFactory, ProjectFactory, RoundFactory

OTHER = [{**MAIN_QUESTION, "text": "Which is kinder?", "strengths": ["a bit", "clearly"]}]


@pytest.fixture
def project(db: None) -> Project:
    return ProjectFactory(slug="helpful", name="Helpful")


@pytest.fixture
def ada(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.ANNOTATOR).user


def now_publish(project: Project, **what: Any) -> QuestionSet:
    return publish(project, seen=mark_of(current(project)), **what)


def answer(choice: str) -> Answer:
    return Answer(uuid4(), {"main": [choice]})


def test_what_nobody_has_seen_is_edited_in_place(project: Project, ada: User) -> None:
    before = current(project)
    after = now_publish(project, questions=OTHER, by=ada)
    assert (after.pk, after.version, after.questions) == (before.pk, before.version, OTHER)
    assert after.guidelines == before.guidelines
    event = AuditEvent.objects.get(verb="questions.publish")
    assert (event.actor, event.detail["changed"]) == (ada, ["questions"])


def test_what_was_answered_stays_and_the_next_version_has_a_round_of_its_own(project: Project, ada: User) -> None:
    ComparisonFactory.create_batch(2, project=project)
    assignment = take_next(ada, project).assignment
    assert assignment is not None
    submit_judgment(assignment.comparison, answer("a3"), by=ada)
    before = current(project)
    after = now_publish(project, questions=OTHER)
    before.refresh_from_db()
    assert before.questions == DEFAULT_QUESTIONS
    assert after.version == before.version + 1
    old, new = project.rounds.order_by("number")
    assert (old.closed is not None, new.closed, new.question_set) == (True, None, after)
    assert Judgment.objects.get().round == old
    assert current(project) == after


def test_who_is_in_the_middle_of_an_answer_finishes_it_as_it_began(project: Project, ada: User) -> None:
    ComparisonFactory.create_batch(2, project=project)
    held = take_next(ada, project).assignment
    assert held is not None
    after = now_publish(project, questions=OTHER)
    assert after.version != held.round.question_set.version
    judgment = submit_judgment(held.comparison, answer("a3"), by=ada)
    assert (judgment.round, judgment.strength) == (held.round, 3)
    following = take_next(ada, project).assignment
    assert following is not None
    assert following.round.question_set == after
    with pytest.raises(BadAnswer):
        submit_judgment(following.comparison, answer("a3"), by=ada)
    assert submit_judgment(following.comparison, answer("a2"), by=ada).round.question_set == after


def test_what_somebody_only_looks_at_is_not_changed_under_their_eyes(project: Project, ada: User) -> None:
    ComparisonFactory(project=project)
    take_next(ada, project)
    before = current(project)
    assert now_publish(project, guidelines="Be kind.").pk != before.pk
    before.refresh_from_db()
    assert before.guidelines != "Be kind."


def test_publishing_the_same_again_makes_no_version(project: Project) -> None:
    before = current(project)
    assert now_publish(project, questions=before.questions, guidelines=before.guidelines) == before
    assert not AuditEvent.objects.filter(verb="questions.publish").exists()


def test_an_old_page_is_told_that_somebody_was_quicker(project: Project) -> None:
    seen = mark_of(current(project))
    now_publish(project, guidelines="Be kind.")
    with pytest.raises(Conflict, match="Somebody else has published"):
        publish(project, guidelines="Be brief.", seen=seen)
    assert current(project).guidelines == "Be kind."


def test_a_round_that_an_import_named_is_not_in_the_way(project: Project, ada: User) -> None:
    ComparisonFactory(project=project)
    take_next(ada, project)
    number = 1 + project.rounds.get().number
    RoundFactory(project=project, number=number + 5, name=f"round {number + 6}", question_set=current(project))
    after = now_publish(project, guidelines="Be kind.")
    assert (after.rounds.get().number, after.rounds.get().name) == (number + 6, f"round {number + 6} of this project")


def test_a_project_whose_rounds_are_closed_asks_again(project: Project, ada: User) -> None:
    ComparisonFactory(project=project)
    take_next(ada, project)
    project.rounds.update(closed="2026-05-01T00:00Z")
    now_publish(project, guidelines="Be kind.")
    assert project.current_round is not None
    assert project.current_round.question_set.guidelines == "Be kind."


@pytest.mark.parametrize(
    ("questions", "sentence"),
    [
        ([], "The main question is missing."),
        ([{**MAIN_QUESTION, "kind": "rating"}], "“Which answer is better?”: The scale has no two ends."),
        ([{**MAIN_QUESTION, "text": " "}], "A question has 0 characters."),
        ([{**MAIN_QUESTION, "text": "x" * 301}], "A question has 301 characters."),
        ([{**MAIN_QUESTION, "strengths": []}], "There are 0 strengths."),
        ([{**MAIN_QUESTION, "strengths": ["a", "b", "c", "d"]}], "There are 4 strengths."),
        ([{**MAIN_QUESTION, "strengths": ["a", " "]}], "A strength has 1 characters."),
        ([{**MAIN_QUESTION, "strengths": ["a", "A"]}], "Two strengths are the same word."),
    ],
)
def test_what_does_not_fit_is_refused_with_the_remedy(project: Project, questions: Any, sentence: str) -> None:
    with pytest.raises(PrefereeError) as refused:
        now_publish(project, questions=questions)
    assert sentence in str(refused.value)


def test_guidelines_have_an_end(project: Project) -> None:
    with pytest.raises(PrefereeError, match="Shorten them to 100,000"):
        now_publish(project, guidelines="x" * 100_001)


def test_the_questions_that_somebody_answered_last_are_known(project: Project, ada: User) -> None:
    ComparisonFactory.create_batch(2, project=project)
    assert last_seen(ada, project) is None
    held = take_next(ada, project).assignment
    assert held is not None
    assert last_seen(ada, project) is None
    submit_judgment(held.comparison, answer("a3"), by=ada)
    before = current(project)
    now_publish(project, guidelines="Be kind.")
    assert last_seen(ada, project) == before


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_is_told() -> None:
    project = ProjectFactory()
    ada = MembershipFactory(project=project, role=Role.ANNOTATOR).user
    ComparisonFactory(project=project)
    take_next(ada, project)
    seen = mark_of(current(project))

    def one(text: str) -> str:
        try:
            return publish(project, guidelines=text, seen=seen).guidelines
        except Conflict:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        came = list(both.map(one, ["Be kind.", "Be brief."]))
    assert came.count("refused") == 1
    assert project.question_sets.count() == 2
    assert current(project).guidelines in came

"""What somebody writes anew becomes a response with its parent, which others compare with that and its writer never."""

from typing import Any
from uuid import uuid4

import pytest

from annotate.models import Assignment, AssignmentState, QueueItem
from annotate.queue.assigning import assign
from annotate.queue.reservations import take_next
from annotate.work.actions import Answer, submit_judgment
from core.models import AuditEvent, Comparison, Judgment, Mode, Project, PromptFacts, Response, Subject, User
from core.models.project import MAIN_QUESTION
from core.questions import current, is_fresh
from core.removals import ask as ask_removal
from core.removing.erasing import erase
from core.removing.withdrawing import restore, withdraw
from tests.annotate.kinds.making import ask, held_by
from tests.factories import ComparisonFactory, ResponseFactory

QUESTIONS = [MAIN_QUESTION, {"id": "better", "kind": "rewrite", "text": "Write a better one"}]


@pytest.fixture
def comparison(project: Project) -> Comparison:
    project.overlap = 2
    project.save()
    ask(project, QUESTIONS)
    return ComparisonFactory(project=project, texts=["It is four.", "It is five."])


def better(person: User, project: Project, text: str = "It is 4.", place: int = 0) -> Judgment:
    held = held_by(person, project, [1, 0])
    fields = {"main": ["a1"], "better.place": [str(place)], "better.text": [text]}
    return submit_judgment(held.comparison, Answer(uuid4(), fields), by=person)


def written() -> Response:
    return Response.objects.get(content="It is 4.")


def check() -> None:
    """Nobody cancels."""


def test_it_has_an_author_a_writer_and_a_parent(project: Project, comparison: Comparison, ada: User) -> None:
    judgment = better(ada, project)
    parent = comparison.candidates.get(slot=1).response
    assert judgment.answers == {"better": {"slot": 1, "text": "It is 4."}}
    made = written()
    assert (made.author_kind, made.author, made.writer, made.parent) == ("person", judgment.judge.name, ada, parent)
    event = AuditEvent.objects.get(verb="response.write")
    assert (event.actor, event.target, event.detail) == (ada, str(made.public), {})


def test_others_are_asked_which_is_better_and_the_writer_never(
    project: Project, comparison: Comparison, ada: User, bruno: User
) -> None:
    better(ada, project)
    made = Comparison.objects.exclude(pk=comparison.pk).get()
    texts = [each.response.content for each in made.candidates.order_by("slot").select_related("response")]
    parent = comparison.candidates.get(slot=1).response.content
    assert sorted(texts) == sorted(["It is 4.", parent])
    keys = [bytes(each.response.content_key) for each in made.candidates.order_by("slot")]
    assert keys == sorted(keys)
    assert (made.k, made.votes_wanted, QueueItem.objects.get(comparison=made).is_open) == (2, 2, True)
    assert take_next(ada, project).assignment is None
    assert assign(project, [made.pk], ada, None).assigned == 0
    seen = set()
    while held := take_next(bruno, project).assignment:
        seen.add(held.comparison_id)
        submit_judgment(held.comparison, Answer(uuid4(), {"main": ["tie"]}), by=bruno)
    assert seen == {made.pk}


def test_whatever_is_made_of_it_later_is_not_asked_of_its_writer(
    project: Project, comparison: Comparison, ada: User, bruno: User
) -> None:
    better(ada, project)
    other = ResponseFactory(prompt=comparison.prompt, content="Four.")
    later = ComparisonFactory(project=project, prompt=comparison.prompt, responses=[written(), other])
    elsewhere = ComparisonFactory(project=project)
    assert Assignment.objects.get(comparison=later).state == AssignmentState.OWN
    held = take_next(ada, project).assignment
    assert held is not None
    assert held.comparison == elsewhere


def test_a_project_without_writers_pays_one_look(project: Project, django_assert_num_queries: Any) -> None:
    from annotate.queue.writers import _keep_apart

    with django_assert_num_queries(1):
        _keep_apart(None, project=project, comparison_ids=[1, 2, 3])


def test_the_same_text_of_the_same_person_is_one_response(project: Project, comparison: Comparison, ada: User) -> None:
    better(ada, project)
    ComparisonFactory(
        project=project, prompt=comparison.prompt, responses=[each.response for each in comparison.candidates.all()]
        + [ResponseFactory(prompt=comparison.prompt)],
    )  # fmt: skip
    ComparisonFactory(
        project=project,
        prompt=comparison.prompt,
        responses=[comparison.candidates.get(slot=1).response, ResponseFactory(prompt=comparison.prompt)],
    )
    held = held_by(ada, project)
    place = [each.response.content for each in held.comparison.candidates.order_by("slot")]
    slot = place.index(comparison.candidates.get(slot=1).response.content)
    fields = {"main": ["tie"], "better.place": [str(held.order.index(slot))], "better.text": ["It is 4."]}
    submit_judgment(held.comparison, Answer(uuid4(), fields), by=ada)
    assert Response.objects.filter(content="It is 4.").count() == 1


def test_an_import_by_the_same_name_is_theirs_once_they_write_it(
    project: Project, comparison: Comparison, ada: User
) -> None:
    parent = comparison.candidates.get(slot=1).response
    same = ResponseFactory(prompt=comparison.prompt, content="It is 4.", author_kind="person", author=str(ada))
    imported = ComparisonFactory(project=project, prompt=comparison.prompt, responses=[parent, same], votes_wanted=3)
    before = Comparison.objects.count()
    Assignment.objects.all().delete()
    QueueItem.objects.filter(comparison=imported).update(wanted=0)
    better(ada, project)
    same.refresh_from_db()
    assert (same.writer, Comparison.objects.count()) == (ada, before)
    assert Assignment.objects.get(comparison=imported).state == AssignmentState.OWN


def test_what_is_made_of_withdrawn_texts_is_withdrawn(project: Project, comparison: Comparison, ada: User) -> None:
    held_by(ada, project, [1, 0])
    parent = comparison.candidates.get(slot=1).response
    withdraw(ask_removal(project, Subject.RESPONSE, Mode.WITHDRAW, [parent.pk]), [parent.pk], check)
    fields = {"main": ["a1"], "better.place": ["0"], "better.text": ["It is 4."]}
    submit_judgment(comparison, Answer(uuid4(), fields), by=ada)
    made = Comparison.objects.exclude(pk=comparison.pk).get()
    assert made.withdrawn is not None
    assert not QueueItem.objects.filter(comparison=made, is_open=True).exists()


def test_a_restored_comparison_is_still_not_asked_of_its_writer(
    project: Project, comparison: Comparison, ada: User, bruno: User
) -> None:
    better(ada, project)
    pk = written().pk
    for mode, does in ((Mode.WITHDRAW, withdraw), (Mode.RESTORE, restore)):
        does(ask_removal(project, Subject.RESPONSE, mode, [pk]), [pk], check)
    assert take_next(ada, project).assignment is None
    assert take_next(bruno, project).assignment is not None


def test_what_is_erased_leaves_the_answer_too(project: Project, comparison: Comparison, ada: User) -> None:
    judgment = better(ada, project)
    pk = written().pk
    erase(ask_removal(project, Subject.RESPONSE, Mode.ERASE, [pk]), [pk], check)
    judgment.refresh_from_db()
    assert (judgment.answers, judgment.ranks is not None) == ({}, True)


def test_an_erased_person_is_no_writer_any_more(project: Project, comparison: Comparison, ada: User) -> None:
    judgment = better(ada, project)
    erase(ask_removal(project, Subject.PERSON, Mode.ERASE, [judgment.judge_id]), [judgment.judge_id], check)
    judgment.refresh_from_db()
    made = written()
    assert (made.writer, made.author, judgment.answers) == (None, "Erased person 1", {})


def test_what_is_kept_from_a_writer_shows_nobody_the_questions(
    project: Project, comparison: Comparison, ada: User
) -> None:
    better(ada, project)
    ask(project, [{**MAIN_QUESTION, "text": "Which is kinder?"}])
    assert is_fresh(current(project))
    ComparisonFactory(
        project=project, prompt=comparison.prompt, responses=[written(), ResponseFactory(prompt=comparison.prompt)]
    )
    assert Assignment.objects.filter(state=AssignmentState.OWN, round=project.current_round).exists()
    assert is_fresh(current(project))


def test_a_refused_answer_writes_nothing(project: Project, comparison: Comparison, ada: User) -> None:
    with pytest.raises(Exception, match="This is the text of A as it was"):
        better(ada, project, comparison.candidates.get(slot=1).response.content)
    assert Response.objects.count() == 2
    assert not PromptFacts.objects.filter(responses__gt=2).exists()

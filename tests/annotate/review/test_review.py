"""A reviewer's decision is stored once, stands above all votes, and can be changed by whoever made it."""

from uuid import uuid4

import pytest

from annotate.kinds.protocol import BadAnswer
from annotate.queue.reservations import take_next
from annotate.review.deciding import decide, next_contested
from core.errors import Conflict, PrefereeError
from core.labels.service import refresh_labels
from core.models import AuditEvent, Comparison, Judgment, Label, Project, Role, User
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, MembershipFactory


@pytest.fixture
def rita(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.REVIEWER).user


@pytest.fixture
def comparison(project: Project) -> Comparison:
    return ComparisonFactory(project=project)


def votes(comparison: Comparison, *ranks: list[int]) -> None:
    for each in ranks:
        judge = JudgeFactory(project=comparison.project, kind="human")
        JudgmentFactory(comparison=comparison, judge=judge, ranks=each)
    refresh_labels([comparison.pk])


def test_a_decision_stands_above_all_votes(comparison: Comparison, rita: User) -> None:
    votes(comparison, [1, 2], [1, 2], [1, 2])
    decision = decide(comparison, "b2", "B is right.", uuid4(), by=rita)
    decision.refresh_from_db()
    assert (decision.ranks, decision.strength, decision.rationale) == ([2, 1], 2, "B is right.")
    assert (decision.occasion, decision.person, decision.judge.person) == ("review", rita, rita)
    assert (decision.order, decision.round) == ([0, 1], comparison.project.current_round)
    label = Label.objects.get()
    assert (label.ranks, label.tier) == ([2, 1], "review")


def test_it_is_recorded_who_decided_what(comparison: Comparison, rita: User) -> None:
    decide(comparison, "tie", "", uuid4(), by=rita)
    event = AuditEvent.objects.get(verb="comparison.decide")
    assert (event.actor, event.target) == (rita, str(comparison.public))
    assert event.detail == {"choice": "tie", "revised": False}


def test_sent_twice_it_is_one_decision(comparison: Comparison, rita: User) -> None:
    mark = uuid4()
    assert decide(comparison, "a1", "", mark, by=rita) == decide(comparison, "a1", "", mark, by=rita)
    assert Judgment.objects.count() == AuditEvent.objects.filter(verb="comparison.decide").count() == 1


def test_a_second_decision_revises_the_first(comparison: Comparison, rita: User) -> None:
    first = decide(comparison, "a1", "", uuid4(), by=rita)
    second = decide(comparison, "b1", "", uuid4(), by=rita, after=first.client_id)
    first.refresh_from_db()
    assert (first.live, second.live, second.revises) == (False, True, first)
    assert Label.objects.get().ranks == [2, 1]


@pytest.mark.parametrize("seen", ["nothing", "another"])
def test_who_has_not_seen_the_last_decision_does_not_overwrite_it(
    comparison: Comparison, rita: User, seen: str
) -> None:
    decide(comparison, "a1", "", uuid4(), by=rita)
    with pytest.raises(Conflict, match="in another window"):
        decide(comparison, "b1", "", uuid4(), by=rita, after=None if seen == "nothing" else uuid4())
    assert Label.objects.get().ranks == [1, 2]


def test_a_decision_of_an_earlier_round_is_revised_too(comparison: Comparison, rita: User, project: Project) -> None:
    """Else one person would have two voices that contradict each other."""
    first = decide(comparison, "a1", "", uuid4(), by=rita)
    old = project.current_round
    project.rounds.create(number=old.number + 1, name="next", question_set=old.question_set)
    second = decide(comparison, "b1", "", uuid4(), by=rita, after=first.client_id)
    assert second.round.name == "next"
    assert list(Judgment.objects.filter(live=True)) == [second]
    assert Label.objects.get().ranks == [2, 1]


def test_when_the_rounds_are_over_the_newest_takes_it(comparison: Comparison, rita: User, project: Project) -> None:
    newest = project.current_round
    project.rounds.update(closed=newest.created)
    assert decide(comparison, "a1", "", uuid4(), by=rita).round == newest


def test_two_reviewers_who_differ_decide_nothing(comparison: Comparison, rita: User, project: Project) -> None:
    other = MembershipFactory(project=project, role=Role.REVIEWER).user
    decide(comparison, "a1", "", uuid4(), by=rita)
    decide(comparison, "b1", "", uuid4(), by=other)
    assert Label.objects.get().undecided


@pytest.mark.parametrize("choice", ["", "c9"])
def test_what_the_question_does_not_offer_stores_nothing(comparison: Comparison, rita: User, choice: str) -> None:
    with pytest.raises(BadAnswer):
        decide(comparison, choice, "", uuid4(), by=rita)
    assert not Judgment.objects.exists()


@pytest.mark.parametrize(("choice", "ranks"), [("2,1,3", [2, 1, 3]), ("3,1,3", [2, 1, 2]), ("2,2,2", [1, 1, 1])])
def test_a_list_is_ranked_and_may_tie(project: Project, rita: User, choice: str, ranks: list[int]) -> None:
    comparison = ComparisonFactory(project=project, texts=["x", "y", "z"])
    decide(comparison, choice, "", uuid4(), by=rita)
    assert Label.objects.get().ranks == ranks


@pytest.mark.parametrize("choice", ["", "1,2", "1,2,4", "0,1,2", "1,2,x", "1,2,²"])
def test_a_list_needs_a_rank_for_each(project: Project, rita: User, choice: str) -> None:
    comparison = ComparisonFactory(project=project, texts=["x", "y", "z"])
    with pytest.raises(BadAnswer, match="a rank from 1 to 3"):
        decide(comparison, choice, "", uuid4(), by=rita)


def test_a_single_response_is_not_decided(project: Project, rita: User) -> None:
    with pytest.raises(PrefereeError, match="rated and not decided"):
        decide(ComparisonFactory(project=project, texts=["x"]), "a1", "", uuid4(), by=rita)


def test_what_is_withdrawn_takes_no_decision(comparison: Comparison, rita: User) -> None:
    Comparison.objects.update(withdrawn=comparison.created)
    with pytest.raises(Conflict, match="withdrawn"):
        decide(comparison, "a1", "", uuid4(), by=rita)


def test_who_holds_it_answers_it_on_the_work_page(comparison: Comparison, rita: User, project: Project) -> None:
    take_next(rita, project)
    with pytest.raises(Conflict, match="open on your work page"):
        decide(comparison, "a1", "", uuid4(), by=rita)


def test_the_mark_of_another_answer_is_refused(comparison: Comparison, rita: User, project: Project) -> None:
    decision = decide(comparison, "a1", "", uuid4(), by=rita)
    with pytest.raises(Conflict, match="the mark of another"):
        decide(ComparisonFactory(project=project), "a1", "", decision.client_id, by=rita)


def test_the_oldest_split_comes_first_and_a_decided_one_no_more(project: Project, rita: User) -> None:
    agreed, first, second, alone = (ComparisonFactory(project=project) for _ in range(4))
    votes(agreed, [1, 2], [1, 2])
    votes(first, [1, 2], [2, 1])
    votes(second, [1, 2], [2, 1])
    votes(alone, [1, 2])
    assert next_contested(project) == first
    decide(first, "a1", "", uuid4(), by=rita)
    assert next_contested(project, for_person=rita) == second


def test_what_is_withdrawn_held_or_decided_by_oneself_is_not_handed_out(project: Project, rita: User) -> None:
    withdrawn, held, split = (ComparisonFactory(project=project) for _ in range(3))
    for comparison in (withdrawn, held, split):
        votes(comparison, [1, 2], [2, 1])
    Comparison.objects.filter(pk=withdrawn.pk).update(withdrawn=withdrawn.created)
    other = MembershipFactory(project=project, role=Role.REVIEWER).user
    while take_next(rita, project).assignment.comparison_id != held.pk:
        rita.assignments.update(state="skipped")
    assert next_contested(project, for_person=rita) == split
    decide(split, "a1", "", uuid4(), by=rita)
    decide(split, "b1", "", uuid4(), by=other)
    assert next_contested(project, for_person=rita) is None
    assert next_contested(ComparisonFactory().project) is None

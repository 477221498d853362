"""Comparisons that are one person's alone."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from annotate.models import Assignment, AssignmentState, QueueItem
from annotate.queue.items import refresh
from annotate.queue.reservations import take_next
from annotate.work.actions import Answer, Skip, skip, submit_judgment
from core.assigning import Assigned, assign_to_person, take_back
from core.errors import PrefereeError
from core.groups import bind_tag, set_people
from core.members import change_role, pause, remove
from core.models import AuditEvent, Comparison, Project, Role, User
from core.places import Places, seats_in
from core.work import work_of
from tests.factories import ComparisonFactory, GroupFactory, MembershipFactory, PromptFactory, RoundFactory, UserFactory


@pytest.fixture
def owner(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.OWNER).user


def give(project: Project, person: User, *comparisons: Comparison) -> Assigned:
    return assign_to_person(project, [comparison.pk for comparison in comparisons], person, None)


def answer() -> Answer:
    return Answer(uuid4(), {"main": ["tie"]})


def test_what_is_assigned_comes_first_and_in_that_order(project: Project, ada: User) -> None:
    urgent, first, second = (
        ComparisonFactory(project=project, priority=-9),
        *ComparisonFactory.create_batch(2, project=project),
    )
    assert give(project, ada, first, second) == Assigned(assigned=2)
    given = []
    while assignment := take_next(ada, project).assignment:
        given.append(assignment.comparison)
        submit_judgment(assignment.comparison, answer(), by=ada)
    assert given == [first, second, urgent]


def test_an_assigned_place_is_nobody_elses(project: Project, ada: User, bruno: User) -> None:
    comparison = ComparisonFactory(project=project)
    give(project, ada, comparison)
    assert take_next(bruno, project).assignment is None
    assert work_of(ada, [project])[project.pk].left == 1
    refresh([comparison.pk])
    assert QueueItem.objects.get().held == 1


def test_it_does_not_expire_even_when_it_was_looked_at(project: Project, ada: User, bruno: User) -> None:
    comparison = ComparisonFactory(project=project)
    give(project, ada, comparison)
    assert take_next(ada, project).assignment.expires is None
    take_next(ada, project)
    Assignment.objects.update(shown=timezone.now() - timedelta(days=3))
    assert take_next(bruno, project).assignment is None
    assert take_next(ada, project).assignment.comparison_id == comparison.pk


def test_it_is_shown_in_the_next_order_of_its_design(project: Project, ada: User, bruno: User) -> None:
    comparisons = ComparisonFactory.create_batch(6, project=project, votes_wanted=2)
    give(project, ada, *comparisons), give(project, bruno, *comparisons)
    orders = {(row.person_id, row.comparison_id): row.order for row in Assignment.objects.all()}
    assert all(sorted(order) == [0, 1] for order in orders.values())
    assert all(orders[ada.pk, each.pk] == orders[bruno.pk, each.pk][::-1] for each in comparisons)


def test_it_is_asked_in_the_round_of_the_day_it_is_opened(project: Project, ada: User) -> None:
    give(project, ada, ComparisonFactory(project=project))
    second = RoundFactory(project=project, number=1_000_000)
    assert take_next(ada, project).assignment.round == second


def test_each_comparison_that_gets_no_place_is_counted_by_its_reason(project: Project, ada: User, bruno: User) -> None:
    judged, skipped = ComparisonFactory.create_batch(2, project=project, votes_wanted=2)
    submit_judgment(take_next(ada, project).assignment.comparison, answer(), by=ada)
    skip(take_next(ada, project).assignment.comparison, Skip(uuid4(), "broken"), by=ada)
    full, free = ComparisonFactory.create_batch(2, project=project)
    give(project, bruno, full)
    bind_tag(GroupFactory(project=project), "safety")
    outside = ComparisonFactory(project=project, prompt=PromptFactory(project=project, tags=["safety"]))
    unwanted = ComparisonFactory(project=project, votes_wanted=0)
    list_of_three = ComparisonFactory(project=project, texts=["a", "b", "c"])
    elsewhere = ComparisonFactory()
    made = give(project, ada, judged, skipped, full, free, outside, unwanted, list_of_three, elsewhere)
    assert made == Assigned(assigned=1, judged=2, full=1, outside=1, closed=2)
    assert made.in_words.startswith("1 assigned, 2 judged")


def test_assigning_twice_takes_one_place(project: Project, ada: User) -> None:
    comparison = ComparisonFactory(project=project, votes_wanted=3)
    give(project, ada, comparison)
    assert give(project, ada, comparison) == Assigned(judged=1)
    assert QueueItem.objects.get().held == 1


def test_what_the_person_has_before_them_becomes_theirs_alone(project: Project, ada: User) -> None:
    comparison = ComparisonFactory(project=project)
    take_next(ada, project)
    assert give(project, ada, comparison) == Assigned(assigned=1)
    assert (Assignment.objects.get().expires, QueueItem.objects.get().held) == (None, 1)


def test_what_lapsed_can_be_assigned(project: Project, ada: User) -> None:
    comparison = ComparisonFactory(project=project)
    take_next(ada, project)
    Assignment.objects.update(state=AssignmentState.LAPSED)
    QueueItem.objects.update(held=0)
    assert give(project, ada, comparison) == Assigned(assigned=1)
    assert take_next(ada, project).assignment.comparison_id == comparison.pk


def test_what_is_taken_back_goes_to_others(project: Project, ada: User, bruno: User) -> None:
    opened, waiting = ComparisonFactory.create_batch(2, project=project)
    give(project, ada, opened, waiting)
    take_next(ada, project)
    assert take_back(project, [opened.pk, waiting.pk], ada, None) == 2
    assert take_next(bruno, project).assignment.comparison_id == opened.pk
    assert take_back(project, [opened.pk, waiting.pk], bruno, None) == 0
    assert take_next(bruno, project).assignment is not None


def test_what_is_withdrawn_before_it_was_opened_is_not_handed_out(project: Project, ada: User) -> None:
    opened, waiting = ComparisonFactory.create_batch(2, project=project)
    give(project, ada, opened, waiting)
    take_next(ada, project)
    Comparison.objects.update(withdrawn=timezone.now())
    refresh([opened.pk, waiting.pk])
    submit_judgment(take_next(ada, project).assignment.comparison, answer(), by=ada)
    assert opened.judgments.count() == 1
    assert take_next(ada, project).assignment is None
    assert not QueueItem.objects.filter(is_open=True).exists()


def test_an_assigned_comparison_can_be_skipped_once(project: Project, ada: User, bruno: User) -> None:
    comparison = ComparisonFactory(project=project)
    give(project, ada, comparison)
    take_next(ada, project)
    for _ in range(2):
        skip(comparison, Skip(uuid4(), "broken"), by=ada)
    assert QueueItem.objects.get().held == 0
    assert take_next(bruno, project).assignment.comparison_id == comparison.pk


@pytest.mark.parametrize("lose", ["pause", "remove", "demote"])
def test_who_judges_no_more_frees_what_they_held_and_were_assigned(
    project: Project, ada: User, bruno: User, owner: User, lose: str
) -> None:
    held, assigned = ComparisonFactory.create_batch(2, project=project)
    take_next(ada, project)
    give(project, ada, assigned)
    if lose == "demote":
        change_role(project, ada, Role.VIEWER, by=owner)
    else:
        {"pause": pause, "remove": remove}[lose](project, ada, by=owner)
    assert set(Assignment.objects.values_list("state", flat=True)) == {AssignmentState.LAPSED}
    assert set(QueueItem.objects.values_list("held", flat=True)) == {0}
    assert take_next(ada, project).assignment is None
    assert take_next(bruno, project).assignment.comparison_id == held.pk


def test_a_role_that_still_judges_keeps_what_is_reserved(project: Project, ada: User, owner: User) -> None:
    ComparisonFactory(project=project)
    mine = take_next(ada, project).assignment
    change_role(project, ada, Role.REVIEWER, by=owner)
    assert take_next(ada, project).assignment == mine


def test_who_leaves_a_group_loses_what_was_assigned_of_it(project: Project, ada: User) -> None:
    group = GroupFactory(project=project, members=[ada])
    of_group, other = ComparisonFactory(project=project, group=group), ComparisonFactory(project=project)
    give(project, ada, of_group, other)
    set_people(group, [])
    assert list(Assignment.objects.filter(state="assigned").values_list("comparison", flat=True)) == [other.pk]


@pytest.mark.parametrize("who", ["viewer", "paused", "stranger"])
def test_nothing_is_assigned_to_somebody_who_cannot_judge(project: Project, who: str) -> None:
    person = UserFactory()
    if who != "stranger":
        paused = timezone.now() if who == "paused" else None
        MembershipFactory(
            project=project, user=person, role=Role.VIEWER if who == "viewer" else Role.OWNER, paused=paused
        )
    with pytest.raises(PrefereeError, match="cannot be given comparisons"):
        give(project, person, ComparisonFactory(project=project))


def test_it_is_written_down_and_counted(project: Project, ada: User) -> None:
    give(project, ada, *ComparisonFactory.create_batch(3, project=project))
    take_next(ada, project)
    assert seats_in(project) == {ada.pk: Places(held=1, assigned=2)}
    assert AuditEvent.objects.get(verb="assignment.give").detail == {"count": 3}

"""Who is offered what: a comparison's own group, else the first rule that matches its tags, else everybody."""

from uuid import uuid4

import pytest
from django.utils import timezone

from annotate.models import Assignment, AssignmentState, QueueItem
from annotate.queue.reservations import take_next
from annotate.work.actions import Answer, Skip, skip, submit_judgment
from core.groups import bind_tag, delete_group, move_rule, set_people, unbind_tag
from core.models import Comparison, Group, Project, User
from core.signals import comparisons_changed
from core.work import work_of
from tests.factories import ComparisonFactory, GroupFactory, PromptFactory, RoundFactory, TagRuleFactory


@pytest.fixture
def experts(project: Project, ada: User) -> Group:
    """Ada is one; Bruno is none."""
    return GroupFactory(project=project, name="experts", members=[ada])


def tagged(project: Project, *tags: str, **fields: object) -> Comparison:
    return ComparisonFactory(project=project, prompt=PromptFactory(project=project, tags=list(tags)), **fields)


def group_of(comparison: Comparison) -> int:
    return QueueItem.objects.get(comparison=comparison).group_id


def changed(*comparisons: Comparison) -> None:
    ids = [comparison.pk for comparison in comparisons]
    comparisons_changed.send(None, project=comparisons[0].project, comparison_ids=ids)


def test_a_bound_tag_is_offered_to_its_group_alone(project: Project, ada: User, bruno: User, experts: Group) -> None:
    bind_tag(experts, "safety")
    comparison = tagged(project, "safety")
    assert take_next(bruno, project).assignment is None
    assert take_next(ada, project).assignment.comparison_id == comparison.pk


def test_people_of_a_group_are_offered_what_is_for_everybody_too(
    project: Project, ada: User, bruno: User, experts: Group
) -> None:
    for_all = tagged(project, "maths", votes_wanted=2)
    assert (
        take_next(ada, project).assignment.comparison_id
        == take_next(bruno, project).assignment.comparison_id
        == for_all.pk
    )


def test_the_most_urgent_comes_first_whichever_group_it_is_for(project: Project, ada: User, experts: Group) -> None:
    bind_tag(experts, "safety")
    later, urgent = tagged(project), tagged(project, "safety", priority=-1)
    first = take_next(ada, project).assignment
    submit_judgment(first.comparison, Answer(uuid4(), {"main": ["tie"]}), by=ada)
    assert [first.comparison_id, take_next(ada, project).assignment.comparison_id] == [urgent.pk, later.pk]


def test_a_comparison_of_a_group_by_itself_follows_no_rule(project: Project, experts: Group) -> None:
    others = GroupFactory(project=project)
    bind_tag(others, "safety")
    assert group_of(tagged(project, "safety", group=experts)) == experts.pk


def test_the_first_rule_that_matches_holds(project: Project, experts: Group) -> None:
    others = GroupFactory(project=project)
    bind_tag(experts, "safety")
    second = bind_tag(others, "german")
    comparison = tagged(project, "german", "safety")
    assert group_of(comparison) == experts.pk
    move_rule(second, up=True)
    assert group_of(comparison) == others.pk
    unbind_tag(second)
    assert group_of(comparison) == experts.pk


def test_a_new_rule_sends_what_is_queued_already(project: Project, bruno: User, experts: Group) -> None:
    comparison, other = tagged(project, "safety"), tagged(project, "maths")
    bind_tag(experts, "safety")
    assert (group_of(comparison), group_of(other)) == (experts.pk, 0)
    assert take_next(bruno, project).assignment.comparison_id == other.pk


def test_rules_of_another_project_send_nothing_here(project: Project) -> None:
    comparison = tagged(project, "safety")
    bind_tag(GroupFactory(), "safety")
    assert group_of(comparison) == 0


def test_a_deleted_group_gives_its_comparisons_to_everybody(project: Project, bruno: User, experts: Group) -> None:
    bind_tag(experts, "safety")
    by_rule, by_itself = tagged(project, "safety"), tagged(project, group=experts)
    delete_group(experts)
    assert (group_of(by_rule), group_of(by_itself)) == (0, 0)
    assert take_next(bruno, project).assignment is not None


def test_changed_comparisons_are_sent_and_ranked_anew(project: Project, experts: Group) -> None:
    comparison = tagged(project)
    Comparison.objects.filter(pk=comparison.pk).update(group=experts, priority=-7, votes_wanted=4)
    changed(comparison)
    item = QueueItem.objects.get()
    assert (item.group_id, item.priority, item.wanted) == (experts.pk, -7, 4)


@pytest.mark.parametrize("gone", [{"withdrawn": timezone.now()}, {"votes_wanted": 0}])
def test_what_nobody_is_wanted_for_closes_and_whoever_holds_it_keeps_it(
    project: Project, ada: User, bruno: User, gone: dict[str, object]
) -> None:
    comparison = tagged(project, votes_wanted=3)
    take_next(ada, project)
    Comparison.objects.filter(pk=comparison.pk).update(**gone)
    changed(comparison)
    assert take_next(bruno, project).assignment is None
    assert take_next(ada, project).assignment.comparison_id == comparison.pk
    skip(comparison, Skip(uuid4(), "broken"), by=ada)
    item = QueueItem.objects.get()
    assert (item.wanted, item.held, item.is_open) == (0, 0, False)


def test_a_reservation_that_lapses_does_not_open_what_is_withdrawn(project: Project, ada: User, bruno: User) -> None:
    comparison = tagged(project)
    take_next(ada, project)
    Comparison.objects.update(withdrawn=timezone.now())
    changed(comparison)
    Assignment.objects.update(expires="2026-01-01T00:00Z")
    assert take_next(bruno, project).assignment is None
    assert Assignment.objects.get(person=ada).state == AssignmentState.LAPSED


def test_fewer_votes_close_it_and_its_places_return_one_by_one(project: Project, ada: User, bruno: User) -> None:
    comparison = tagged(project, votes_wanted=2)
    take_next(ada, project), take_next(bruno, project)
    Comparison.objects.update(votes_wanted=1)
    changed(comparison)
    skip(comparison, Skip(uuid4(), "broken"), by=ada)
    assert not QueueItem.objects.get().is_open
    skip(comparison, Skip(uuid4(), "broken"), by=bruno)
    assert QueueItem.objects.get().is_open


def test_more_votes_open_what_was_full(project: Project, ada: User, bruno: User) -> None:
    comparison = tagged(project)
    submit_judgment(take_next(ada, project).assignment.comparison, Answer(uuid4(), {"main": ["tie"]}), by=ada)
    Comparison.objects.update(votes_wanted=2)
    changed(comparison)
    assert take_next(bruno, project).assignment.comparison_id == comparison.pk
    assert take_next(ada, project).assignment is None


def test_what_is_left_is_counted_as_it_is_offered(project: Project, ada: User, bruno: User, experts: Group) -> None:
    bind_tag(experts, "safety")
    tagged(project, "safety"), tagged(project, "safety"), tagged(project)
    assert work_of(ada, [project])[project.pk].left == 3
    assert work_of(bruno, [project])[project.pk].left == 1


@pytest.mark.parametrize("before", ["judged", "skipped"])
def test_a_new_round_does_not_ask_again_what_somebody_has_seen(
    project: Project, ada: User, bruno: User, before: str
) -> None:
    comparison = tagged(project, votes_wanted=3)
    take_next(ada, project)
    act = submit_judgment if before == "judged" else skip
    act(comparison, Answer(uuid4(), {"main": ["tie"]}) if before == "judged" else Skip(uuid4(), "broken"), by=ada)
    RoundFactory(project=project, number=1_000_000)
    assert take_next(ada, project).assignment is None
    assert take_next(bruno, project).assignment.comparison_id == comparison.pk


def test_what_lapsed_in_an_earlier_round_may_come_again(project: Project, ada: User) -> None:
    comparison = tagged(project)
    take_next(ada, project)
    Assignment.objects.update(state=AssignmentState.LAPSED)
    QueueItem.objects.update(held=0)
    RoundFactory(project=project, number=1_000_000)
    assert take_next(ada, project).assignment.comparison_id == comparison.pk


def test_who_leaves_a_group_finishes_what_they_hold_and_gets_no_more(
    project: Project, ada: User, experts: Group
) -> None:
    TagRuleFactory(project=project, group=experts, tag="safety")
    first, _ = tagged(project, "safety"), tagged(project, "safety")
    take_next(ada, project)
    set_people(experts, [])
    submit_judgment(take_next(ada, project).assignment.comparison, Answer(uuid4(), {"main": ["tie"]}), by=ada)
    assert first.judgments.count() == 1
    assert take_next(ada, project).assignment is None

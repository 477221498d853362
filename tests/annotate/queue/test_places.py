"""Places only move forward, and nothing that is open is ever behind one: nobody loses a comparison."""

import random
from collections import Counter
from uuid import uuid4

import pytest
from django.db import connection

from annotate.models import Assignment, AssignmentState, Place, QueueItem
from annotate.queue.items import refresh
from annotate.queue.lines import UNSETTLED
from annotate.queue.reservations import take_next
from annotate.queue.restoring import settle
from annotate.queue.seats import free
from annotate.work.actions import Answer, Skip, skip, submit_judgment
from core.bulk import fetch
from core.comparisons import set_priority, set_votes
from core.groups import bind_tag, set_people
from core.models import Comparison, Project, Role, User
from tests.factories import ComparisonFactory, GroupFactory, MembershipFactory, ProjectFactory, PromptFactory

# Each step is a transaction of its own: a place stops before what is under way.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project() -> Project:
    return ProjectFactory(slug="helpful", name="Helpful")


def annotator(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.ANNOTATOR).user


def answer(person: User, project: Project) -> Comparison | None:
    held = take_next(person, project).assignment
    if held is not None:
        submit_judgment(held.comparison, Answer(uuid4(), {"main": ["tie"]}), by=person)
    return held.comparison if held else None


def all_of(person: User, project: Project) -> list[Comparison]:
    given = []
    while found := answer(person, project):
        given.append(found)
    return given


def test_the_place_moves_with_the_answers(project: Project) -> None:
    comparisons = ComparisonFactory.create_batch(3, project=project, votes_wanted=2)
    person = annotator(project)
    assert all_of(person, project) == comparisons
    ((oldest,),) = fetch(f"SELECT {UNSETTLED}", [])  # on this server, whose other databases have transactions, too
    assert take_next(person, project).assignment is None
    last = QueueItem.objects.get(comparison=comparisons[-1])
    assert Place.objects.get().tie >= min(last.tie + 1, oldest)


def test_what_comes_later_is_found_by_whoever_had_seen_all(project: Project) -> None:
    ComparisonFactory(project=project, votes_wanted=2)
    person = annotator(project)
    all_of(person, project)
    new = ComparisonFactory(project=project)
    assert all_of(person, project) == [new]


def test_urgent_work_comes_first_and_then_all_goes_on_where_it_was(project: Project) -> None:
    first, second, third = ComparisonFactory.create_batch(3, project=project, votes_wanted=2)
    person = annotator(project)
    assert answer(person, project) == first
    set_priority(project, [[third.pk]], -1, by=person)
    assert all_of(person, project) == [third, second]


def test_a_released_seat_is_found_by_whoever_has_passed_it(project: Project) -> None:
    full, other = ComparisonFactory(project=project), ComparisonFactory(project=project)
    first, second = annotator(project), annotator(project)
    assert take_next(first, project).assignment.comparison == full
    assert all_of(second, project) == [other]
    skip(full, Skip(uuid4(), "unclear"), by=first)
    assert all_of(second, project) == [full]


def test_what_lapsed_is_found_again_by_whoever_let_it_lapse(project: Project) -> None:
    mine, other = ComparisonFactory.create_batch(2, project=project, votes_wanted=2)
    person = annotator(project)
    held = take_next(person, project).assignment
    free([held.pk], AssignmentState.LAPSED)
    assert all_of(person, project) == [other, mine]


def test_more_votes_open_what_somebody_has_passed(project: Project) -> None:
    comparison, later = ComparisonFactory(project=project), ComparisonFactory(project=project, votes_wanted=2)
    first, second = annotator(project), annotator(project)
    assert answer(first, project) == comparison
    assert all_of(second, project) == [later]
    set_votes(project, [[comparison.pk]], 2, by=first)
    assert all_of(second, project) == [comparison]


def test_a_new_rule_moves_work_to_people_who_are_past_it(project: Project) -> None:
    group = GroupFactory(project=project, members=[expert := annotator(project)])
    tagged = PromptFactory(project=project, tags=["safety"])
    comparison = ComparisonFactory(project=project, prompt=tagged, votes_wanted=3)
    later = ComparisonFactory(project=project, votes_wanted=3)
    set_people(group, [expert])
    bind_tag(group, "safety")
    assert all_of(expert, project) == [later, comparison]


def test_what_commits_late_is_found_though_others_came_after_it(project: Project) -> None:
    """An import that is still under way when somebody passes: its comparisons are not behind their place."""
    early = ComparisonFactory(project=project, votes_wanted=0)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            other.set_autocommit(False)
            cursor.execute(
                "INSERT INTO annotate_queueitem (comparison_id, project_id, wanted, held, priority, tie) "
                "VALUES (%s, %s, 1, 0, 0, pg_current_xact_id()::text::bigint)",
                [early.pk, project.pk],
            )
            late = ComparisonFactory(project=project, votes_wanted=2)
            person = annotator(project)
            assert all_of(person, project) == [late]
            other.commit()
    finally:
        other.close()
    assert take_next(person, project).assignment.comparison == early


def test_after_a_restore_on_a_younger_server_nothing_is_behind_a_place(project: Project) -> None:
    old, person = ComparisonFactory(project=project, votes_wanted=2), annotator(project)
    all_of(person, project)
    QueueItem.objects.update(tie=2**50)
    Place.objects.update(tie=2**50 + 1)
    assert settle()
    assert not settle()
    new = ComparisonFactory(project=project)
    assert all_of(person, project) == [new]
    assert old not in all_of(person, project)


def test_whatever_happens_everybody_is_offered_all_that_is_open(project: Project) -> None:
    """Random answers, skips, lapses, priorities and votes; at the end each is asked all that they have not seen."""
    drawn = random.Random(4)
    comparisons = ComparisonFactory.create_batch(8, project=project, votes_wanted=2)
    people = [annotator(project) for _ in range(3)]
    for _ in range(60):
        person, comparison = drawn.choice(people), drawn.choice(comparisons)
        match drawn.randrange(6):
            case 0 | 1:
                answer(person, project)
            case 2:
                held = take_next(person, project).assignment
                if held:
                    skip(held.comparison, Skip(uuid4(), "unclear"), by=person)
            case 3:
                held = take_next(person, project).assignment
                if held:
                    free([held.pk], AssignmentState.LAPSED)
            case 4:
                set_priority(project, [[comparison.pk]], drawn.randint(-2, 2), by=person)
            case 5:
                set_votes(project, [[comparison.pk]], drawn.randint(1, 4), by=person)
    refresh([each.pk for each in comparisons])
    for person in people:
        seen = set(
            Assignment.objects.filter(person=person)
            .exclude(state=AssignmentState.LAPSED)
            .exclude(state=AssignmentState.HELD)
            .values_list("comparison", flat=True)
        )
        mine = set(Assignment.objects.filter(person=person, state="held").values_list("comparison", flat=True))
        expected = {item.pk for item in QueueItem.objects.filter(is_open=True)} - seen | mine
        given = Counter(each.pk for each in all_of(person, project))
        assert given == Counter(expected)

"""One more is reserved while somebody answers, for a minute and a half."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from annotate.models import Assignment, AssignmentState, QueueItem
from annotate.queue.reservations import RESERVED_AHEAD_FOR, RESERVED_FOR, take_ahead, take_next
from annotate.work.actions import Answer, submit_judgment
from core.assigning import assign_to_person
from core.members import pause
from core.models import Project, Role, User
from core.places import seats_in
from core.work import Work, work_of
from tests.factories import ComparisonFactory, MembershipFactory


def answer(assignment: Assignment, person: User) -> None:
    submit_judgment(assignment.comparison, Answer(uuid4(), {"main": ["tie"]}), by=person)


def let_expire(assignment: Assignment) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(expires=timezone.now() - timedelta(seconds=1))


def test_at_most_one_is_reserved_ahead_and_another_than_the_one_held(ada: User, project: Project) -> None:
    ComparisonFactory.create_batch(3, project=project)
    held, ahead = take_next(ada, project).assignment, take_ahead(ada, project).assignment
    assert take_ahead(ada, project).assignment == ahead != held
    assert ahead.expires <= timezone.now() + RESERVED_AHEAD_FOR
    assert QueueItem.objects.filter(held=1).count() == 2


def test_after_the_answer_it_is_the_next(ada: User, project: Project) -> None:
    ComparisonFactory.create_batch(3, project=project)
    held, ahead = take_next(ada, project).assignment, take_ahead(ada, project).assignment
    answer(held, ada)
    following = take_next(ada, project).assignment
    assert (following, following.state) == (ahead, AssignmentState.HELD)
    assert following.expires > timezone.now() + RESERVED_FOR - timedelta(minutes=1)
    assert following.shown > ahead.shown


def test_it_lapses_and_goes_to_somebody_else(ada: User, bruno: User, project: Project) -> None:
    ComparisonFactory.create_batch(2, project=project)
    take_next(ada, project)
    ahead = take_ahead(ada, project).assignment
    assert take_next(bruno, project).assignment is None
    let_expire(ahead)
    assert take_next(bruno, project).assignment.comparison == ahead.comparison
    assert take_ahead(ada, project).assignment is None


def test_what_is_assigned_is_shown_ahead_and_keeps(ada: User, project: Project) -> None:
    given = ComparisonFactory.create_batch(2, project=project)
    assign_to_person(project, [each.pk for each in given], ada, None)
    take_next(ada, project)
    ahead = take_ahead(ada, project).assignment
    assert (ahead.comparison, ahead.state, ahead.expires) == (given[1], AssignmentState.ASSIGNED, None)


def test_nothing_is_reserved_for_somebody_who_is_paused(ada: User, project: Project) -> None:
    owner = MembershipFactory(project=project, role=Role.OWNER).user
    ComparisonFactory.create_batch(3, project=project)
    take_next(ada, project), take_ahead(ada, project)
    pause(project, ada, by=owner)
    assert take_ahead(ada, project).assignment is None
    assert not QueueItem.objects.filter(held__gt=0).exists()


def test_nothing_is_reserved_in_an_archived_project(ada: User, project: Project) -> None:
    ComparisonFactory.create_batch(3, project=project)
    Project.objects.filter(pk=project.pk).update(archived=timezone.now())
    assert take_next(ada, project).assignment is None
    assert take_ahead(ada, project).assignment is None


def test_it_counts_as_what_is_before_them(ada: User, project: Project) -> None:
    ComparisonFactory.create_batch(3, project=project)
    take_next(ada, project), take_ahead(ada, project)
    assert work_of(ada, [project])[project.pk] == Work(done=0, left=3)
    assert seats_in(project)[ada.pk].held == 2

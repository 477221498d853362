"""How many people the waiting comparisons want, changed as a run."""

import pytest

from annotate.models import QueueItem
from annotate.queue.reservations import take_next
from annotate.work.actions import Answer, submit_judgment
from core.ids import uuid7
from core.models import Comparison, Role
from core.runs.actions import run_here
from core.runs.starting import start_run
from core.runs.steps import step_named
from tests.factories import ComparisonFactory, MembershipFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return ProjectFactory()


def wants(project):
    return list(Comparison.objects.filter(project=project).order_by("pk").values_list("votes_wanted", flat=True))


def test_only_those_that_wait_are_changed_and_the_queue_follows(project):
    ada = MembershipFactory(project=project, role=Role.ANNOTATOR).user
    ComparisonFactory.create_batch(2, project=project, votes_wanted=1)
    ComparisonFactory(project=project, votes_wanted=0)
    ComparisonFactory()
    held = take_next(ada, project).assignment
    submit_judgment(held.comparison, Answer(uuid7(), {"main": ["a1"]}), by=ada)
    assert step_named("overlap").plan(project, step_named("overlap").Config(votes=3)) == {"comparisons to change": 1}
    run = run_here(start_run(project, "overlap", {"votes": 3}))
    assert run.state == "done"
    assert wants(project) == [1, 3, 0]
    assert list(QueueItem.objects.filter(project=project).order_by("pk").values_list("wanted", "held")) == [
        (1, 1),
        (3, 0),
    ]


def test_with_fewer_people_what_has_enough_votes_is_closed(project):
    ada = MembershipFactory(project=project, role=Role.ANNOTATOR).user
    ComparisonFactory(project=project, votes_wanted=3)
    submit_judgment(take_next(ada, project).assignment.comparison, Answer(uuid7(), {"main": ["a1"]}), by=ada)
    run_here(start_run(project, "overlap", {"votes": 1}))
    assert wants(project) == [1]
    assert not QueueItem.objects.get(project=project).is_open

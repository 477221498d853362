"""A run that begins later does not wait until an earlier one is through."""

import pytest

from core.models import Shard, Stage
from core.runs.actions import cancel, pause
from core.runs.leases import claim
from core.runs.turns import whose_turn
from core.tasks import visit_stage
from tests.core.runs.scripted import expire

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(begin, prompts):
    """The stages of two runs of four shards each."""
    prompts(40)
    return begin()[1], begin()[1]


def test_a_worker_goes_where_the_fewest_others_are(two):
    early, late = two
    assert (whose_turn(early.pk), whose_turn(late.pk)) == (early.pk, late.pk)
    claim(early.pk)
    assert (whose_turn(early.pk), whose_turn(late.pk)) == (late.pk, late.pk)
    claim(late.pk)
    claim(late.pk)
    assert whose_turn(late.pk) == early.pk


def test_the_dead_are_not_counted(two):
    early, late = two
    for _ in range(3):
        claim(early.pk)
    claim(late.pk)
    assert whose_turn(early.pk) == late.pk
    expire(early)
    assert whose_turn(late.pk) == early.pk


@pytest.mark.parametrize("why", ["paused", "cancelled", "drained", "waiting for its next try", "of another queue"])
def test_nobody_is_sent_where_there_is_nothing_to_do(two, why):
    early, late = two
    claim(early.pk)
    if why in {"paused", "cancelled"}:
        (pause if why == "paused" else cancel)(late.run)
    elif why == "drained":
        Shard.objects.filter(stage=late).update(state="done")
    elif why == "of another queue":
        Stage.objects.filter(pk=late.pk).update(queue="gpu")
    else:
        Shard.objects.filter(stage=late).update(not_before="2999-01-01T00:00Z")
    assert whose_turn(early.pk) == early.pk


def test_a_bell_for_a_stage_that_is_gone_is_harmless(two):
    assert whose_turn(4_711) == 4_711
    visit_stage(4_711)


def test_who_was_sent_elsewhere_is_called_back(two, monkeypatch):
    early, late = two
    told = []
    monkeypatch.setattr("core.tasks.ring", lambda stage: told.append(stage.pk))
    claim(early.pk)
    visit_stage(early.pk)
    late.refresh_from_db()
    early.refresh_from_db()
    assert (late.state, early.done, told) == ("done", 0, [early.pk])
    visit_stage(early.pk)
    early.refresh_from_db()
    assert (early.done, told) == (30, [early.pk] * 2), "one shard is held by somebody else"


def test_a_worker_that_was_asked_to_stop_finishes_its_shard_and_leaves_a_bell(two, step, monkeypatch):
    early, late = two
    Shard.objects.filter(stage=late).update(state="done")
    told = []
    monkeypatch.setattr("core.tasks.ring", lambda stage: told.append(stage.pk))
    step.before = lambda batch: monkeypatch.setattr("celery.worker.state.should_stop", 0)
    visit_stage(early.pk)
    early.refresh_from_db()
    assert (early.done, told) == (10, [early.pk])


def test_a_bell_is_passed_on_while_there_is_more_than_one_can_do_and_then_falls_silent(two, monkeypatch):
    early, late = two
    Shard.objects.filter(stage=late).update(state="done")
    told = []
    monkeypatch.setattr("core.tasks.ring", lambda stage: told.append(stage.pk))
    monkeypatch.setattr("core.tasks.visit", lambda stage_id, **_: False)
    for shard in Shard.objects.filter(stage=early).order_by("number"):
        visit_stage(early.pk)
        Shard.objects.filter(pk=shard.pk).update(state="done", lease_until=None)
    assert told == [early.pk] * 3, "for four shards: the last of them needs no further worker"
    visit_stage(early.pk)
    assert told == [early.pk] * 3

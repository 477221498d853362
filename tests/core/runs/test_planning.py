"""The inputs of a stage are cut into shards once, and stay as they were then."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import Prompt, Shard, StageState
from core.runs.actions import run_here
from core.runs.planning import plan_stage
from core.runs.steps import Context, StepConfig
from tests.core.runs.scripted import scored

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("count", "sizes"), [(1, [1]), (10, [10]), (25, [10, 10, 5])])
def test_inputs_are_cut_in_their_order_into_shards_of_the_steps_size(begin, prompts, count, sizes):
    ids = prompts(count)
    _, stage = begin()
    shards = list(Shard.objects.order_by("number"))
    assert [len(shard.inputs) for shard in shards] == sizes
    assert [shard.number for shard in shards] == list(range(len(sizes)))
    assert [one for shard in shards for one in shard.inputs] == ids
    assert stage.total == count


def test_what_is_added_later_is_not_in_it(begin, prompts):
    ids = prompts(25)
    run, stage = begin()
    later = prompts(10)
    run_here(run)
    assert scored() == ids != later
    stage.refresh_from_db()
    assert (stage.total, stage.done) == (25, 25)


def test_the_cut_is_one_statement_whatever_the_number_of_inputs(project, step, begin, prompts):
    prompts(100)
    _run, stage = begin()
    Shard.objects.all().delete()
    stage.state = StageState.WAITING
    stage.save()
    with CaptureQueriesContext(connection) as queries:
        assert plan_stage(stage, step, Context(project, StepConfig(), stage.pk)) is True
    assert sum("INSERT INTO core_shard" in query["sql"] for query in queries) == 1
    assert len(queries) <= 6
    assert Shard.objects.count() == 10


def test_a_stage_is_planned_once(project, step, begin, prompts):
    prompts(5)
    _, stage = begin()
    assert plan_stage(stage, step, Context(project, StepConfig(), stage.pk)) is False
    assert Shard.objects.count() == 1


def test_an_input_that_is_gone_when_its_turn_comes_fails_alone_with_a_sentence(begin, prompts):
    ids = prompts(40)
    run, stage = begin()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_response WHERE prompt_id = %s", [ids[7]])
    Prompt.objects.filter(pk=ids[7]).delete()
    run_here(run)
    failure = stage.failures.get()
    assert (failure.input, failure.error) == (ids[7], "The input is no longer there.")
    assert scored() == ids[:7] + ids[8:]

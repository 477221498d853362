"""Cut a stage into shards: one statement, whatever the number of inputs."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from core.bulk import array
from core.models import Stage, StageState
from core.runs.steps import AnyStep, Context, Gate

CUT = """
INSERT INTO core_shard (stage_id, number, inputs, state, token, attempts, deaths, progress, done, failed)
SELECT %s, place / %s, array_agg(id ORDER BY id), 'queued', 0, 0, 0, 0, 0, 0
  FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM ({inputs}) AS input (id)) numbered
 GROUP BY 2
"""
# New is what has no output by the same work in this project, and is not about to have one.
NEW = """
SELECT * FROM ({inputs}) AS input (id)
EXCEPT SELECT unnest(s.inputs) FROM core_shard s
  JOIN core_stage g ON g.id = s.stage_id JOIN core_run r ON r.id = g.run_id
 WHERE g.work_key = %s AND r.project_id = %s AND g.id <> %s AND (s.state = 'done' OR r.state = 'running')
"""
COUNT = "SELECT COALESCE(sum(cardinality(inputs)), 0) FROM core_shard WHERE stage_id = %s"

Statement = tuple[str, list[Any]]


@transaction.atomic
def plan_stage(stage: Stage, step: AnyStep, context: Context) -> bool:
    """Take the snapshot of the inputs and open the stage; False where somebody else has."""
    locked = Stage.objects.select_for_update().get(pk=stage.pk)
    if locked.state != StageState.WAITING:
        return False
    inputs, values = _selected(step.inputs(context))
    if stage.run.only_new and step.remembers:
        inputs, values = NEW.format(inputs=inputs), [*values, stage.work_key, stage.run.project_id, stage.pk]
    with connection.cursor() as cursor:
        cursor.execute(CUT.format(inputs=inputs), [stage.pk, step.shard_size, *values])
        cursor.execute(COUNT, [stage.pk])
        (total,) = cursor.fetchone()
    state = StageState.PARKED if isinstance(step, Gate) else StageState.RUNNING
    Stage.objects.filter(pk=stage.pk).update(state=state, total=total, started=Now())
    return True


def _selected(inputs: QuerySet[Any, Any] | Sequence[int]) -> Statement:
    if isinstance(inputs, QuerySet):
        try:
            sql, values = inputs.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:  # Django knows that nothing can fit, and writes no statement
            return _selected([])
        return sql, list(values)
    return "SELECT unnest(%s::bigint[])", [array(inputs)]

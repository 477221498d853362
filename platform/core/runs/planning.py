"""Cut a stage into shards: one statement, whatever the number of inputs."""

from django.db import connection, transaction
from django.utils import timezone

from core.models import Stage, StageState
from core.runs.steps import Context, Step

CUT = """
INSERT INTO core_shard (stage_id, number, inputs, state, token, attempts, deaths)
SELECT %s, place / %s, array_agg(id ORDER BY id), 'queued', 0, 0, 0
  FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM ({inputs}) AS input (id)) numbered
 GROUP BY 2
"""
COUNT = "SELECT COALESCE(sum(cardinality(inputs)), 0) FROM core_shard WHERE stage_id = %s"


@transaction.atomic
def plan_stage(stage: Stage, step: Step, context: Context) -> bool:
    """Take the snapshot of the inputs and open the stage; False where somebody else has."""
    locked = Stage.objects.select_for_update().get(pk=stage.pk)
    if locked.state != StageState.WAITING:
        return False
    inputs, values = step.inputs(context).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(CUT.format(inputs=inputs), [stage.pk, step.shard_size, *values])
        cursor.execute(COUNT, [stage.pk])
        (total,) = cursor.fetchone()
    now = timezone.now()
    Stage.objects.filter(pk=stage.pk).update(state=StageState.RUNNING, total=total, started=now)
    return True

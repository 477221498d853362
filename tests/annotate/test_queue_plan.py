"""What a claim reads, however long the queue is and however many groups there are."""

import json
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum

from annotate.models import QueueItem
from annotate.reservations import CLAIM
from core.bulk import fetch
from core.models import Project, User
from tests.factories import GroupFactory

LONG = 20_000
MOST_BUFFERS = 50

# As an import makes them, by SQL alone: the rows that a claim looks at. What they refer to has fresh statistics, for
# checks of foreign keys keep the plan that they made for an empty table.
FILL = """
INSERT INTO core_prompt (public, project_id, key, messages, contexts, metadata, tags, created)
SELECT gen_random_uuid(), %(project)s, decode(md5('prompt ' || n), 'hex'), '[]', '[]', '{}', '{}', now()
  FROM generate_series(1, %(count)s) n;
ANALYZE core_prompt;
INSERT INTO core_comparison (public, project_id, prompt_id, key, k, votes_wanted, priority, created)
SELECT gen_random_uuid(), project_id, id, decode(md5('comparison ' || id), 'hex'), 2, 2, 0, now()
  FROM core_prompt WHERE project_id = %(project)s;
ANALYZE core_comparison;
INSERT INTO annotate_queueitem (comparison_id, project_id, wanted, held, group_id, priority, tie)
SELECT id, project_id, 2, 0, (%(groups)s::bigint[])[1 + id %% %(n)s], 0, id
  FROM core_comparison WHERE project_id = %(project)s
"""


def fill(project: Project, groups: list[int], count: int) -> None:
    named = {"project": project.pk, "groups": groups, "n": len(groups), "count": count}
    with connection.cursor() as cursor:
        for statement in FILL.split(";\n"):
            cursor.execute(statement, named)


def plan_of(sql: str, values: dict[str, Any]) -> dict[str, Any]:
    ((plan,),) = fetch(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", values)
    found = json.loads(plan) if isinstance(plan, str) else plan
    return dict(found[0]["Plan"])


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for child in plan.get("Plans", []) for node in nodes(child))]


def sorted_rows(plan: dict[str, Any]) -> int:
    """The most rows that any part of it had to sort."""
    return max((int(node["Actual Rows"]) for node in nodes(plan) if node["Node Type"] == "Sort"), default=0)


@pytest.mark.parametrize("own", [1, 4])
@pytest.mark.parametrize("statistics", ["fresh", "stale"])
def test_a_claim_reads_a_handful_of_pages_of_a_long_queue(
    project: Project, ada: User, own: int, statistics: str
) -> None:
    groups = [0, *(GroupFactory(project=project).pk for _ in range(6))]
    if statistics == "stale":
        connection.cursor().execute("ANALYZE annotate_queueitem")
    fill(project, groups, LONG)
    if statistics == "fresh":
        connection.cursor().execute("ANALYZE annotate_queueitem")
    named = {"project": project.pk, "person": ada.pk, "groups": groups[:own]}
    plan_of(CLAIM.format(wait="SKIP LOCKED"), named)
    plan = plan_of(CLAIM.format(wait="SKIP LOCKED"), named)
    read = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    print(f"{own} groups, {statistics} statistics: {read} buffers, {plan['Actual Total Time']:.2f} ms")
    on_queue = {node["Node Type"] for node in nodes(plan) if node.get("Relation Name") == "annotate_queueitem"}
    assert "Seq Scan" not in on_queue
    assert sorted_rows(plan) <= own
    assert read <= MOST_BUFFERS
    assert QueueItem.objects.aggregate(held=Sum("held")) == {"held": 2}

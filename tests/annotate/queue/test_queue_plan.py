"""What a claim reads, however long the queue is, however many groups there are, and whatever the person has seen."""

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum

from annotate.models import Place, QueueItem
from annotate.queue import claims
from core.bulk import fetch
from core.models import Project, User
from tests.factories import GroupFactory, PromptFactory

NAMED = re.compile(r"%\((\w+)\)s")
# The longest only once: a million is the business of tests/bench/work.py.
SHORT, LONG, LONGEST = 1_000, 20_000, 100_000
MOST_BUFFERS, FOR_EACH_LINE = 50, 10

# As an import makes them, by SQL alone: the rows that a claim looks at.
QUEUE = """
INSERT INTO core_comparison (public, project_id, prompt_id, key, k, votes_wanted, priority, created)
SELECT gen_random_uuid(), %(project)s, %(prompt)s, decode(md5('comparison ' || n), 'hex'), 2, 2, 0, now()
  FROM generate_series(1, %(count)s) n;
INSERT INTO annotate_queueitem (comparison_id, project_id, wanted, held, group_id, priority, tie)
SELECT id, %(project)s, 2, 0, (%(groups)s::bigint[])[1 + id %% %(n)s], 0, 0
  FROM core_comparison WHERE project_id = %(project)s
"""
SEEN = """
INSERT INTO annotate_assignment (project_id, comparison_id, person_id, round_id, state, "order", shown)
SELECT %(project)s, id, %(person)s, %(round)s, 'done', '{0,1}', now()
  FROM core_comparison WHERE project_id = %(project)s ORDER BY id LIMIT %(count)s
"""


def fill(project: Project, groups: list[int], count: int) -> None:
    named = {"project": project.pk, "groups": groups, "n": len(groups), "count": count}
    named["prompt"] = PromptFactory(project=project).pk
    with connection.cursor() as cursor:
        for statement in QUEUE.split(";\n"):
            cursor.execute(statement, named)
        cursor.execute("ANALYZE core_comparison")  # foreign keys are checked by plans made while it was small


def have_seen(person: User, project: Project, count: int) -> None:
    """As if they had answered the first so many, one after the other, and their place had moved with them."""
    named = {"project": project.pk, "person": person.pk, "round": project.current_round.pk, "count": count}
    connection.cursor().execute(SEEN, named)
    values = {"group_id": 0, "quota_id": 0, "priority": 0, "level": 0, "tie": 0}
    values["comparison_id"] = QueueItem.objects.order_by("pk")[count - 1].pk
    Place.objects.create(person=person, project=project, **values)


TABLES = "annotate_queueitem, annotate_assignment, annotate_place"


def analyze() -> None:
    connection.cursor().execute(f"ANALYZE {TABLES}")


def analyze_empty() -> None:
    """Statistics of new tables: what a test before this one has left would be taken for pages without rows."""
    connection.cursor().execute(f"TRUNCATE {TABLES} CASCADE")
    analyze()


def plan_of_claim(person: User, project: Project, groups: list[int], *, waits: bool = False) -> dict[str, Any]:
    """Of the second claim: the first finds what the catalogue has to be read for."""
    named = {"project": project.pk, "person": person.pk, "groups": groups, "strategy": project.strategy}
    named |= {"after_priority": claims.BEFORE_ALL[0], "after_level": claims.BEFORE_ALL[1]}
    sql = claims.statement(project.strategy, waits=waits)
    plan_of(sql, named)
    return plan_of(sql, named)


def plan_of(sql: str, values: dict[str, Any]) -> dict[str, Any]:
    """As `core.rows.ask` has it planned: without the values."""
    names = list(dict.fromkeys(NAMED.findall(sql)))
    numbered = NAMED.sub(lambda found: f"${names.index(found[1]) + 1}", sql).replace("%%", "%")
    connection.cursor().execute(f"PREPARE asked AS {numbered}")
    marks = ", ".join(["%s"] * len(names))
    execute = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE asked ({marks})"
    ((plan,),) = fetch(execute, [values[name] for name in names])
    connection.cursor().execute("DEALLOCATE asked")
    found = json.loads(plan) if isinstance(plan, str) else plan
    return dict(found[0]["Plan"])


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for child in plan.get("Plans", []) for node in nodes(child))]


def sorted_rows(plan: dict[str, Any]) -> int:
    """The most rows that any part of it had to sort."""
    return max((int(node["Actual Rows"]) for node in nodes(plan) if node["Node Type"] == "Sort"), default=0)


def check(plan: dict[str, Any], lines: int) -> None:
    read = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    print(f"{lines} lines: {read} buffers, {plan['Actual Total Time']:.2f} ms")
    on_queue = {node["Node Type"] for node in nodes(plan) if node.get("Relation Name") == "annotate_queueitem"}
    assert "Seq Scan" not in on_queue
    assert sorted_rows(plan) <= lines
    assert read <= MOST_BUFFERS + FOR_EACH_LINE * (lines - 1)


@pytest.mark.parametrize("count", [SHORT, LONGEST])
@pytest.mark.parametrize("statistics", ["fresh", "stale"])
def test_a_claim_reads_a_handful_of_pages_of_a_long_queue(
    project: Project, ada: User, count: int, statistics: str
) -> None:
    if statistics == "stale":
        analyze_empty()
    fill(project, [0], count)
    if statistics == "fresh":
        analyze()
    check(plan_of_claim(ada, project, [0]), lines=1)
    assert QueueItem.objects.aggregate(held=Sum("held")) == {"held": 2}


def test_a_claim_that_waits_for_the_most_urgent_reads_no_more(project: Project, ada: User) -> None:
    fill(project, [0], LONG)
    analyze()
    check(plan_of_claim(ada, project, [0], waits=True), lines=1)
    assert QueueItem.objects.aggregate(held=Sum("held")) == {"held": 2}


def test_a_claim_of_somebody_in_groups_reads_a_little_more(project: Project, ada: User) -> None:
    groups = [0, *(GroupFactory(project=project).pk for _ in range(6))]
    fill(project, groups, LONG)
    analyze()
    check(plan_of_claim(ada, project, groups[:3]), lines=3)


@pytest.mark.parametrize("statistics", ["fresh", "stale"])
@pytest.mark.parametrize("left", [0, 100])
def test_a_claim_of_somebody_who_has_seen_nearly_all_reads_no_more(
    project: Project, ada: User, left: int, statistics: str
) -> None:
    if statistics == "stale":
        analyze_empty()
    fill(project, [0], LONG)
    have_seen(ada, project, LONG - left)
    if statistics == "fresh":
        analyze()
    check(plan_of_claim(ada, project, [0]), lines=1)


def test_a_claim_by_another_strategy_reads_no_more(project: Project, ada: User) -> None:
    project.strategy = "breadth"
    fill(project, [0], LONG)
    analyze()
    check(plan_of_claim(ada, project, [0]), lines=1)

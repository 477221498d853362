"""Groups and people on a long queue: what a changed rule costs, what a claim costs, what the team page reads."""

import argparse
import statistics
import sys
from collections.abc import Callable
from typing import Any

from measures import gate, print_load, print_table, timed
from stand import database

QUEUED, PEOPLE, CLAIMS = 100_000, 100, 200
# Seconds that a machine may need whose two cores are taken ten times over: 10 and 0.25 were measured on such a one.
REROUTED_IN, CLAIMED_IN = 30.0, 1.0

ROWS = """
INSERT INTO core_prompt (public, project_id, key, messages, contexts, metadata, tags, created)
SELECT gen_random_uuid(), %(project)s, decode(md5('prompt ' || n), 'hex'), '[]', '[]', '{}',
       (CASE n %% 4 WHEN 0 THEN '{safety}' WHEN 1 THEN '{german,safety}' WHEN 2 THEN '{german}' ELSE '{}' END)::text[],
       now()
  FROM generate_series(1, %(count)s) n;

INSERT INTO core_comparison (public, project_id, prompt_id, key, k, votes_wanted, priority, created)
SELECT gen_random_uuid(), project_id, id, key, 2, 2, 0, now() FROM core_prompt WHERE project_id = %(project)s;

INSERT INTO annotate_queueitem (comparison_id, project_id, wanted, held, group_id, priority, tie)
SELECT id, project_id, 2, 0, 0, 0, 0 FROM core_comparison WHERE project_id = %(project)s;

INSERT INTO core_judgment (project_id, comparison_id, k, judge_id, person_id, round_id, occasion, sample, ranks,
                           partial, both_bad, answers, ratings, spans, rationale, status, live, active_ms, wall_ms,
                           created)
SELECT c.project_id, c.id, 2, judge.id, judge.person_id, round.id, 'first', 1, '{1,2}',
       false, false, '{}', '{}', '[]', '', 'submitted', true,
       1000 * (c.id %% 90), 2000 * (c.id %% 90), now() - c.id %% 60 * interval '1 day'
  FROM core_comparison c JOIN core_round round ON round.project_id = c.project_id
  JOIN (SELECT *, row_number() OVER (ORDER BY id) AS n FROM core_judge) judge ON judge.n = 1 + c.id %% %(people)s
 WHERE c.project_id = %(project)s
"""


def fill(count: int, people: int) -> Any:
    """A project with that many comparisons, each judged once by one of the people, and all still queued for two."""
    from django.db import connection

    from core.models import Judge, JudgeKind, Membership, Role, User
    from core.projects import create_project

    project = create_project("bench")
    users = User.objects.bulk_create(User(email=f"p{n}@example.org", name=f"Person {n}") for n in range(people))
    Membership.objects.bulk_create(Membership(project=project, user=user, role=Role.ANNOTATOR) for user in users)
    Judge.objects.bulk_create(
        Judge(project=project, kind=JudgeKind.HUMAN, name=user.name, person=user) for user in users
    )
    with connection.cursor() as cursor:
        for statement in ROWS.split(";\n"):
            cursor.execute(statement, {"project": project.pk, "count": count, "people": people})
        cursor.execute("ANALYZE")
    return project


def seconds(act: Callable[[], Any]) -> float:
    with timed() as timer:
        act()
    return timer.seconds


def measure(count: int, people: int, claims: int) -> tuple[list[list[str]], list[str]]:
    from annotate.queue.reservations import take_next
    from core.groups import bind_tag, make_group, move_rule, set_people, unbind_tag
    from core.hours import figures_of
    from core.models import TagRule, User
    from core.periods import this_week
    from core.places import waiting_in
    from core.rules import held_by_rules

    project = fill(count, people)
    users = list(User.objects.order_by("pk"))
    experts, germans = make_group(project, "experts"), make_group(project, "germans")
    for group in (experts, germans):
        set_people(group, users)
    changes = {
        "bind safety, half of them move": lambda: bind_tag(experts, "safety"),
        "bind german, a quarter moves": lambda: bind_tag(germans, "german"),
        "german before safety, a quarter moves": lambda: move_rule(TagRule.objects.get(tag="german"), up=True),
        "unbind german, half of them move": lambda: unbind_tag(TagRule.objects.get(tag="german")),
    }
    rerouted = {name: seconds(act) for name, act in changes.items()}
    reads = {
        "comparisons that each rule holds": seconds(lambda: held_by_rules(project)),
        "what waits for each group": seconds(lambda: waiting_in(project)),
        "hours and pace of all people": seconds(lambda: figures_of(project, this_week(project))),
    }
    claim = statistics.median(
        seconds(lambda n=n: take_next(users[n % people], project).assignment) for n in range(claims)
    )
    rows = [[name, f"{each:.3f}"] for name, each in (rerouted | reads | {"a claim, median": claim}).items()]
    slow = [f"{name}: {each:.1f} s" for name, each in rerouted.items() if each > REROUTED_IN]
    return rows, slow + ([f"a claim: {claim:.3f} s"] if claim > CLAIMED_IN else [])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queued", type=int, default=QUEUED, help="comparisons in the queue")
    parser.add_argument("--quick", action="store_true", help="a smoke run without gates")
    chosen = parser.parse_args()
    count, people, claims = (2_000, 5, 10) if chosen.quick else (chosen.queued, PEOPLE, CLAIMS)
    with database():
        print_load("before")
        rows, missed = measure(count, people, claims)
        print_table([f"{count:,} queued, {people} people", "seconds"], rows)
        print_load("after")
    return gate([] if chosen.quick else missed)


if __name__ == "__main__":
    sys.exit(main())

"""How long the plan of `compare` takes in a large project: all policies, before and after pairs are there."""

import argparse
import sys

from measures import gate, print_load, print_table, timed
from stand import database

LONGEST = 2.0
STEP = 20_000
FILL = """
INSERT INTO core_prompt (id, public, project_id, key, messages, contexts, metadata, tags, created)
SELECT n, gen_random_uuid(), %(project)s, decode(md5('prompt ' || n), 'hex'), '[]', '[]', '{}', '{}', now()
  FROM generate_series(%(first)s, %(last)s) n;
INSERT INTO core_response (public, project_id, prompt_id, key, content_key, author_kind, author, content, parameters,
                           finish_reason, metadata, created)
SELECT gen_random_uuid(), %(project)s, n, decode(md5('response ' || n || ' ' || m), 'hex'),
       decode(md5('content ' || n || ' ' || m), 'hex'), 'model', 'model-' || m %% 4, 'Text.', '{}', 'stop', '{}', now()
  FROM generate_series(%(first)s, %(last)s) n CROSS JOIN LATERAL generate_series(1, 2 + n %% 7) m;
"""
POLICIES = ("all_pairs", "random_pairs", "model_pairs", "list")


def fill(prompts: int) -> None:
    """Prompts of two to eight responses by four models."""
    from django.db import connection

    from core.projects import create_project

    project = create_project("bench")
    for first in range(1, prompts + 1, STEP):
        with connection.cursor() as cursor:
            for statement in filter(str.strip, FILL.split(";\n")):
                last = min(first + STEP - 1, prompts)
                cursor.execute(statement, {"project": project.pk, "first": first, "last": last})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def measured() -> list[tuple[str, float, str]]:
    """Policy, seconds, and what the plan says of the comparisons."""
    from core.models import Project
    from core.steps.compare import Compare

    project, found = Project.objects.get(slug="bench"), []
    for policy in POLICIES:
        with timed() as timer:
            plan = Compare().plan(project, Compare.Config(policy=policy))
        found.append((policy, timer.seconds, f"{plan['comparisons']:,}"))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=int, default=300_000)
    parser.add_argument("--quick", action="store_true", help="a smoke run without gates")
    options = parser.parse_args()
    prompts = 1_000 if options.quick else options.prompts
    print_load("before")
    with database():
        fill(prompts)
        rows = measured()
    print_table(
        ["plan of compare", "prompts", "s", "comparisons"],
        [(policy, f"{prompts:,}", f"{seconds:.2f}", said) for policy, seconds, said in rows],
    )
    print_load("after")
    missed = [f"{policy} took {seconds:.1f} s, allowed {LONGEST:.0f}" for policy, seconds, _ in rows]
    return gate([] if options.quick else [each for each, row in zip(missed, rows, strict=True) if row[1] > LONGEST])


if __name__ == "__main__":
    sys.exit(main())

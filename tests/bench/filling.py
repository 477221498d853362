"""Fill a project by SQL, much quicker than an import: pairs with long responses, each judged by two people."""

import random

from synthetic import sentences

LONG_EVERY = 100
SHORT, LONG = 2_000, 20_000
BODIES = 500
STEP = 50_000
ROOM = 10_000_000  # ids that each project gets, so that rows can refer to each other without a look-up

PAIRS = """
INSERT INTO core_prompt (id, public, project_id, key, messages, contexts, metadata, tags, created)
SELECT %(base)s + n, gen_random_uuid(), %(project)s, decode(md5('prompt ' || %(base)s + n), 'hex'),
       jsonb_build_array(jsonb_build_object('role', 'user', 'content', n || ': ' || left(body, 200))), '[]', '{}', '{}',
       now()
  FROM generate_series(%(first)s, %(last)s) n JOIN bench_body b ON b.number = n %% %(bodies)s AND NOT b.is_long;

INSERT INTO core_response (id, public, project_id, prompt_id, key, content_key, author_kind, author, content,
                           parameters, finish_reason, metadata, created)
SELECT 2 * (%(base)s + n) + side, gen_random_uuid(), %(project)s, %(base)s + n,
       decode(md5('response ' || n || side), 'hex'), decode(md5('content ' || n || side), 'hex'), 'model',
       'model-' || side, n || '.' || side || ' ' || body, '{}', 'stop', '{}', now()
  FROM generate_series(%(first)s, %(last)s) n CROSS JOIN generate_series(0, 1) side
  JOIN bench_body b ON b.number = (n * 7 + side) %% %(bodies)s AND b.is_long = (n %% %(long_every)s = 0);

INSERT INTO core_comparison (id, public, project_id, prompt_id, key, k, votes_wanted, priority, created)
SELECT %(base)s + n, gen_random_uuid(), %(project)s, %(base)s + n, decode(md5('comparison ' || n), 'hex'), 2, 2, 0,
       now()
  FROM generate_series(%(first)s, %(last)s) n;

INSERT INTO core_candidate (comparison_id, prompt_id, response_id, slot)
SELECT %(base)s + n, %(base)s + n, 2 * (%(base)s + n) + side, side
  FROM generate_series(%(first)s, %(last)s) n CROSS JOIN generate_series(0, 1) side;

INSERT INTO core_judgment (project_id, comparison_id, k, judge_id, occasion, sample, ranks, partial, strength, both_bad,
                           answers, ratings, spans, rationale, status, live, created)
SELECT %(project)s, %(base)s + n, 2, judge.id, 'first', 1,
       CASE WHEN n %% 2 = 0 THEN '{1,2}'::smallint[] ELSE '{2,1}' END, false, 1 + n %% 3, false,
       '{}', '{}', '[]', '', 'submitted', true, now()
  FROM generate_series(%(first)s, %(last)s) n CROSS JOIN core_judge judge WHERE judge.project_id = %(project)s;
"""


def make_bodies() -> None:
    """The texts that responses are made of: most of 2 kB, some of 20 kB."""
    from django.db import connection

    source, pool = random.Random(0), sentences(0)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_body (number int, is_long bool, body text, PRIMARY KEY (number, is_long))")
        for is_long, size in ((False, SHORT), (True, LONG)):
            texts = [" ".join(source.choices(pool, k=size // 40))[:size] for _ in range(BODIES)]
            rows = [(number, is_long, text) for number, text in enumerate(texts)]
            cursor.executemany("INSERT INTO bench_body VALUES (%s, %s, %s)", rows)


def fill(slug: str, count: int, number: int) -> None:
    """Make the project with that many pairs; `number` keeps its ids apart from those of other projects."""
    from django.db import connection

    from core.models import Judge
    from core.projects import create_project

    project = create_project(slug)
    Judge.objects.bulk_create([Judge(project=project, kind="human", name=name) for name in ("Ada", "Bo")])
    values = {"base": number * ROOM, "project": project.pk, "bodies": BODIES, "long_every": LONG_EVERY}
    for first in range(0, count, STEP):
        with connection.cursor() as cursor:
            for statement in PAIRS.split(";\n"):
                if statement.strip():
                    cursor.execute(statement, {**values, "first": first, "last": min(first + STEP, count) - 1})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

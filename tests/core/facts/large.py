"""A project as large as one likes, filled by SQL, and what a search of it reads."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

from django.db import connection

from core.facts import search
from core.facts.draining import renew_all
from core.facts.filters import filters_of
from core.facts.marking import mark_comparisons
from core.facts.search import Narrowing
from core.models import Judge, Project

A_PROMPT = 4  # responses, and comparisons: each with the next
STEP = 50_000
ROWS = 50
FAR = 1_000  # the page that must cost what the first one costs
WORDS = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"] * 2

# The oldest third alone is in German and has the tag `old`; `gold` and `rare` are a thousandth of the prompts.
FILL = """
INSERT INTO core_prompt (id, public, project_id, key, messages, contexts, metadata, tags, language, created)
SELECT n, gen_random_uuid(), %(project)s, decode(md5('p' || n), 'hex'),
       jsonb_build_array(jsonb_build_object('role', 'user', 'content', concat_ws(' ',
         'prompt', n, (%(words)s::text[])[1 + n %% 20], (%(words)s::text[])[1 + n / 20 %% 20],
         CASE WHEN n %% 1000 = 7 THEN 'needle' END))), '[]', '{{}}',
       array_remove(ARRAY['topic-' || n %% 12, CASE WHEN n %% 1000 = 3 THEN 'rare' END,
                          CASE WHEN n < %(third)s THEN 'old' END], NULL),
       CASE WHEN n < %(third)s THEN 'de' ELSE (ARRAY['en', 'fr', 'en', ''])[1 + n %% 4] END,
       now() - interval '400 days' * (1 - n::float8 / %(prompts)s)
  FROM generate_series(%(first)s, %(last)s) n;
INSERT INTO core_response (id, public, project_id, prompt_id, key, content_key, author_kind, author, content,
                           parameters, finish_reason, metadata, created)
SELECT 4 * n + side, gen_random_uuid(), %(project)s, n, decode(md5('r' || n || side), 'hex'),
       decode(md5('c' || n || side), 'hex'), 'model', 'model-' || (n + side * 3) %% 10, 'text',
       '{{}}', '', '{{}}', now()
  FROM generate_series(%(first)s, %(last)s) n CROSS JOIN generate_series(0, 3) side;
INSERT INTO core_comparison (id, public, project_id, prompt_id, key, k, votes_wanted, priority, withdrawn, created)
SELECT 4 * n + side, gen_random_uuid(), %(project)s, n, decode(md5('x' || n || side), 'hex'), 2, 1 + n %% 3, 0,
       CASE WHEN (n + side) %% 50 = 0 THEN now() END, now() - interval '400 days' * (1 - n::float8 / %(prompts)s)
  FROM generate_series(%(first)s, %(last)s) n CROSS JOIN generate_series(0, 3) side;
INSERT INTO core_candidate (comparison_id, prompt_id, response_id, slot)
SELECT 4 * n + side, n, 4 * n + (side + slot) %% 4, slot
  FROM generate_series(%(first)s, %(last)s) n CROSS JOIN generate_series(0, 3) side
 CROSS JOIN generate_series(0, 1) slot;
INSERT INTO core_judgment (project_id, comparison_id, k, judge_id, occasion, sample, ranks, partial, both_bad, answers,
                           ratings, spans, rationale, status, live, created)
SELECT %(project)s, 4 * n + side, 2, (%(judges)s::bigint[])[judge], 'first', 1, '{{1,2}}', false, false, '{{}}',
       '{{}}', '[]', '', 'submitted', true, now()
  FROM generate_series(%(first)s, %(last)s) n CROSS JOIN generate_series(0, 3) side
 CROSS JOIN generate_series(1, 4) judge
 WHERE (n + side * 7 + judge * 11) %% (ARRAY[2, 3, 5, 900])[judge] = 0;
INSERT INTO core_label (project_id, comparison_id, k, question, policy, ranks, undecided, both_bad, margin, tier, votes,
                        updated)
SELECT %(project)s, comparison_id, 2, 'main', 'majority',
       CASE comparison_id %% 5 WHEN 0 THEN NULL WHEN 1 THEN '{{1,1}}'::smallint[] ELSE '{{1,2}}' END,
       comparison_id %% 5 = 0, comparison_id %% 10 = 1, (ARRAY[0, 0.3, 0.5, 1])[1 + comparison_id %% 4], 'people',
       CASE comparison_id %% 3 WHEN 0 THEN '{{"1,2": 1}}' WHEN 1 THEN '{{"1,2": 3}}'
                               ELSE '{{"1,2": 1, "2,1": 1}}' END::jsonb, now()
  FROM (SELECT DISTINCT comparison_id FROM core_judgment WHERE project_id = %(project)s
           AND comparison_id BETWEEN 4 * %(first)s AND 4 * %(last)s + 3) judged;
"""
TABLES = "core_prompt, core_response, core_comparison, core_candidate, core_judgment, core_label"


def fill(project: Project, comparisons: int) -> None:
    """So many comparisons of a fourth as many prompts, without their facts."""
    kinds = (("Ada", "human"), ("Bo", "human"), ("a-model", "ai"), ("Seldom", "human"))
    judges = Judge.objects.bulk_create(Judge(project=project, name=name, kind=kind) for name, kind in kinds)
    prompts = comparisons // A_PROMPT
    values = {"project": project.pk, "words": WORDS, "judges": [judge.pk for judge in judges], "prompts": prompts}
    with connection.cursor() as cursor:
        for first in range(1, prompts + 1, STEP):
            part = {"first": first, "last": min(first + STEP - 1, prompts), "third": prompts // 3}
            for statement in FILL.format().strip().removesuffix(";").split(";\n"):
                cursor.execute(statement, values | part)
        cursor.execute(f"ANALYZE {TABLES}")


def work_out(project: Project, comparisons: int) -> None:
    for first in range(A_PROMPT, comparisons + A_PROMPT, STEP):
        last = min(first + STEP, comparisons + A_PROMPT)
        mark_comparisons(project.pk, range(first, last))
        while renew_all():
            pass
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE core_comparisonfacts, core_promptfacts")


# For each filter of the page of comparisons, common and rare values.
CHOICES = {
    "q": ["prompt", "alpha", "needle", "alpha beta", '"prompt 77"', "alpha -beta", "beta or needle", "-alpha"],
    "tag": ["topic-1", "rare", "old"],
    "language": ["en", "de", "(none)"],
    "state": ["waiting", "in_work", "labelled", "withdrawn"],
    "model": ["model-3"],
    "label": ["decided", "tie", "both_bad", "none"],
    "winner": ["model-5"],
    "agreement": ["one", "split"],
    "margin": ["0", "4"],
    "missing": ["some", "3", "0"],
    "kind": ["human", "ai"],
    "judge": ["human:Ada", "human:Seldom"],
}
OF_PROMPTS = ("q", "tag", "language", "state", "model", "since")


def choices(kind: str) -> dict[str, list[dict[str, str]]]:
    """By filter, what the page would be asked for."""
    found = {name: [{name: value} for value in values] for name, values in CHOICES.items()}
    ago = [str(datetime.now(tz=UTC).date() - timedelta(days=days)) for days in (390, 300, 200, 20)]
    found["since"] = [{"since": ago[2]}, {"until": ago[1]}, {"since": ago[0], "until": ago[1]}, {"since": ago[3]}]
    return found if kind == "comparison" else {name: found[name] for name in OF_PROMPTS}


def asked(kind: str, seed: int, pairs: int | None, triples: int) -> Iterator[dict[str, str]]:
    """Every choice alone, every two of different filters (or so many of them), and so many threes."""
    of = choices(kind)
    yield {}
    yield from (one for ones in of.values() for one in ones)
    twos = [one | other for a, b in combinations(of, 2) for one in of[a] for other in of[b]]
    source = random.Random(seed)
    yield from (twos if pairs is None else source.sample(twos, min(pairs, len(twos))))
    for _ in range(triples):
        yield {key: value for name in source.sample(list(of), 3) for key, value in source.choice(of[name]).items()}


def narrowing_of(project: Project, kind: Any, query: dict[str, str]) -> Narrowing:
    filters = filters_of(project, kind, query, names=True)
    assert len(filters.chips) == len(query), f"{query} is not what the page offers"
    return filters.narrowing


@dataclass
class Read:
    """What a search read of the facts: rows of the table, entries of its indexes, blocks; and how."""

    rows: int = 0
    entries: int = 0
    blocks: int = 0
    nodes: set[str] = field(default_factory=set)
    seconds: float = 0.0


def read_by(project: Project, kind: Any, narrowing: Narrowing, before: int | None) -> tuple[Read, list[int]]:
    """The statements of one page's search, explained and then run."""
    read, run = Read(), search.fetch

    def explained(sql: str, values: Any) -> list[tuple[Any, ...]]:
        if "facts" in sql:
            ((plan,),) = run(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", values)
            whole = plan if isinstance(plan, list) else json.loads(plan)
            add(whole[0]["Plan"], read)
            read.seconds += whole[0]["Execution Time"] / 1000
        return run(sql, values)

    search.fetch = explained
    try:
        return read, search.Search(project, kind, narrowing).find(ROWS + 1, before=before)
    finally:
        search.fetch = run


def add(node: dict[str, Any], read: Read, top: bool = True) -> None:
    kind, loops = node["Node Type"], node["Actual Loops"]
    if top:
        read.blocks += node["Shared Hit Blocks"] + node["Shared Read Blocks"]
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    if node.get("Relation Name", "").endswith("facts"):
        read.nodes.add(kind)
        read.rows += round((node["Actual Rows"] + removed) * loops)
    elif kind == "Bitmap Index Scan":
        read.nodes.add(f"{kind} {node['Index Name']}")
        read.entries += round(node["Actual Rows"] * loops)
    for child in node.get("Plans", []):
        add(child, read, top=False)


def far(project: Project, kind: str, narrowing: Narrowing, pages: int) -> int | None:
    """Where that page begins, or the last whole one where there are fewer; None where all fits on two."""
    also, values = search.Search(project, kind, narrowing)._conditions
    sql = f"""SELECT id FROM core_{kind}facts
               WHERE facets @> ARRAY(SELECT hashtextextended(facet, %(project)s) FROM unnest(%(facets)s::text[]) facet)
               {also} ORDER BY id DESC LIMIT {pages * ROWS}"""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        ids: Sequence[int] = [pk for (pk,) in cursor.fetchall()]
    whole = len(ids) // ROWS - 1
    return ids[whole * ROWS - 1] if whole > 1 else None

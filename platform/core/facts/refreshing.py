"""Work facts out: of some comparisons, of some prompts, each in one statement."""

from collections.abc import Sequence

from django.db import connection

from core.facts.windows import HOURS, WINDOWS

# How much of a prompt is searched: a hundred of them are worked out while somebody waits.
CHARACTERS = 4_000
# A lexeme that every row has: a search for what a text does not say needs something to begin with.
EVERY = "∀"
TEXTS = f"""
SELECT p.id, strip(to_tsvector('simple', left(COALESCE(
         (SELECT string_agg(turn ->> 'content', ' ') FROM jsonb_array_elements(p.messages) turn), ''), {CHARACTERS})))
       || '''{EVERY}'''::tsvector AS words
  FROM core_prompt p WHERE p.id = ANY({{ids}})
"""


def _facets(more: str) -> str:
    """An array of what holds of the row `w`: its stretches as they are, all else as a hash that the project seeds."""
    return f"""
ARRAY(SELECT {WINDOWS} UNION SELECT hashtextextended(facet, w.project_id) FROM unnest(
  ARRAY['project', 'state=' || w.state, CASE WHEN w.language = '' THEN 'languages=0' ELSE 'language=' || w.language END,
        CASE WHEN w.tags = '{{}}' THEN 'tags=0' END, {HOURS}]
  || ARRAY(SELECT 'tag=' || tag FROM unnest(w.tags) tag)
  || ARRAY(SELECT 'model=' || author FROM unnest(w.authors) author WHERE author <> '')
  || {more}) facet WHERE facet IS NOT NULL ORDER BY 1)"""


COMPARISON_FACETS = """ARRAY[
        CASE WHEN w.group_id IS NULL THEN 'groups=0' ELSE 'group=' || w.group_id END,
        'missing=' || LEAST(w.missing, 3), CASE WHEN w.missing > 0 THEN 'missing=some' END,
        'label=' || CASE WHEN w.labelled IS NULL THEN 'none' WHEN w.undecided THEN 'undecided' ELSE 'decided' END,
        CASE WHEN w.both_bad AND NOT w.undecided THEN 'label=both_bad' WHEN 1 = ALL (w.ranks) THEN 'label=tie'
             WHEN w.ranks IS NOT NULL THEN 'label=winner' END,
        'agreement=' || CASE WHEN w.voters = 1 THEN 'one' WHEN w.voters > 1 AND w.voices = 1 THEN 'unanimous'
                             WHEN w.voices > 1 THEN 'split' END,
        'margin=' || CASE WHEN w.margin = 0 THEN '0' WHEN w.margin <= 0.34 THEN '1' WHEN w.margin <= 0.67 THEN '2'
                          WHEN w.margin < 1 THEN '3' WHEN w.margin = 1 THEN '4' END]
  || ARRAY(SELECT 'winner=' || author FROM unnest(w.authors, w.ranks) AS seat (author, rank)
            WHERE author <> '' AND rank = 1 AND NOT 1 = ALL (w.ranks))
  || w.judged_by"""

# One expression a table, each over the given ids alone: a join of all would be looped over while statistics are old.
COMPARISONS = f"""
WITH given AS MATERIALIZED (
     SELECT c.id, c.project_id, c.prompt_id, c.created, c.votes_wanted, c.group_id, c.withdrawn, p.tags, p.language
       FROM core_comparison c JOIN core_prompt p ON p.id = c.prompt_id WHERE c.id = ANY(%(ids)s)),
text AS MATERIALIZED ({TEXTS.format(ids="ARRAY(SELECT DISTINCT prompt_id FROM given)")}),
seat AS MATERIALIZED (
     SELECT x.comparison_id, array_agg(r.author ORDER BY x.slot) AS authors
       FROM core_candidate x JOIN core_response r ON r.id = x.response_id
      WHERE x.comparison_id = ANY(%(ids)s) GROUP BY 1),
vote AS MATERIALIZED (
     SELECT j.comparison_id, count(DISTINCT j.judge_id) FILTER (WHERE g.kind = 'human') AS people,
            array_agg(DISTINCT 'kind=' || g.kind) || array_agg(DISTINCT 'judge=' || g.id) AS facets
       FROM core_judgment j JOIN core_judge g ON g.id = j.judge_id
      WHERE j.comparison_id = ANY(%(ids)s) AND j.live AND j.status = 'submitted' GROUP BY 1),
label AS MATERIALIZED (
     SELECT comparison_id, ranks, undecided, both_bad, margin, tier,
            (SELECT sum(n::int) FROM jsonb_each_text(votes) AS said (ranks, n)) AS voters,
            (SELECT count(*) FROM jsonb_object_keys(votes)) AS voices
       FROM core_label WHERE question = 'main' AND policy = 'majority' AND comparison_id = ANY(%(ids)s)),
worked AS MATERIALIZED (
     SELECT given.*, text.words, seat.authors, vote.facets AS judged_by, COALESCE(vote.people, 0) AS people,
            label.comparison_id AS labelled, ranks, undecided, both_bad, margin, voters, voices,
            CASE WHEN withdrawn IS NOT NULL THEN 0 ELSE GREATEST(votes_wanted - COALESCE(people, 0), 0) END AS missing,
            CASE WHEN withdrawn IS NOT NULL THEN 'withdrawn'
                 WHEN vote.comparison_id IS NULL THEN 'waiting'
                 WHEN people BETWEEN 1 AND votes_wanted - 1 AND tier IS DISTINCT FROM 'review' THEN 'in_work'
                 WHEN undecided THEN 'undecided'
                 WHEN label.comparison_id IS NOT NULL THEN 'labelled'
                 ELSE 'judged' END AS state
       FROM given JOIN text ON text.id = given.prompt_id LEFT JOIN seat ON seat.comparison_id = given.id
       LEFT JOIN vote ON vote.comparison_id = given.id LEFT JOIN label ON label.comparison_id = given.id)
INSERT INTO core_comparisonfacts AS old (id, project_id, created, state, votes, words, facets)
SELECT w.id, w.project_id, w.created, w.state, w.people, w.words,
       {_facets(COMPARISON_FACETS)}
  FROM worked w ORDER BY w.id
    ON CONFLICT (id) DO UPDATE
   SET (created, state, votes, words, facets)
     = (EXCLUDED.created, EXCLUDED.state, EXCLUDED.votes, EXCLUDED.words, EXCLUDED.facets)
 WHERE (old.created, old.state, old.votes, old.words, old.facets)
       IS DISTINCT FROM (EXCLUDED.created, EXCLUDED.state, EXCLUDED.votes, EXCLUDED.words, EXCLUDED.facets)
"""

PROMPTS = f"""
WITH given AS MATERIALIZED (
     SELECT id, project_id, created, tags, language, withdrawn FROM core_prompt WHERE id = ANY(%(ids)s)),
text AS MATERIALIZED ({TEXTS.format(ids="%(ids)s")}),
reply AS MATERIALIZED (
     SELECT prompt_id, count(*) AS n, array_agg(DISTINCT author) AS authors
       FROM core_response WHERE prompt_id = ANY(%(ids)s) GROUP BY 1),
pair AS MATERIALIZED (
     SELECT c.prompt_id, count(*) AS n, count(*) FILTER (WHERE f.state <> 'waiting') AS judged,
            count(*) FILTER (WHERE f.state = 'labelled') AS labelled
       FROM core_comparison c JOIN core_comparisonfacts f ON f.id = c.id
      WHERE c.prompt_id = ANY(%(ids)s) AND c.withdrawn IS NULL GROUP BY 1),
worked AS MATERIALIZED (
     SELECT given.*, text.words, reply.authors, COALESCE(reply.n, 0) AS responses, COALESCE(pair.n, 0) AS comparisons,
            COALESCE(judged, 0) AS judged,
            CASE WHEN withdrawn IS NOT NULL THEN 'withdrawn'
                 WHEN reply.n IS NULL THEN 'unanswered'
                 WHEN pair.n IS NULL THEN 'uncompared'
                 WHEN labelled = pair.n THEN 'labelled'
                 WHEN judged > 0 THEN 'in_work'
                 ELSE 'waiting' END AS state
       FROM given JOIN text USING (id) LEFT JOIN reply ON reply.prompt_id = given.id
       LEFT JOIN pair ON pair.prompt_id = given.id)
INSERT INTO core_promptfacts AS old (id, project_id, created, state, responses, comparisons, judged, words, facets)
SELECT w.id, w.project_id, w.created, w.state, w.responses, w.comparisons, w.judged, w.words,
       {_facets("ARRAY[]::text[]")}
  FROM worked w ORDER BY w.id
    ON CONFLICT (id) DO UPDATE
   SET (created, state, responses, comparisons, judged, words, facets) = (EXCLUDED.created, EXCLUDED.state,
       EXCLUDED.responses, EXCLUDED.comparisons, EXCLUDED.judged, EXCLUDED.words, EXCLUDED.facets)
 WHERE (old.created, old.state, old.responses, old.comparisons, old.judged, old.words, old.facets)
       IS DISTINCT FROM (EXCLUDED.created, EXCLUDED.state, EXCLUDED.responses, EXCLUDED.comparisons, EXCLUDED.judged,
       EXCLUDED.words, EXCLUDED.facets)
"""

VALUES = """
INSERT INTO core_filtervalue (project_id, kind, value)
SELECT DISTINCT project_id, kind, value FROM (
       SELECT project_id, 'tag' AS kind, unnest(tags) AS value FROM core_prompt WHERE id = ANY(%(ids)s)
        UNION SELECT project_id, 'language', language FROM core_prompt WHERE id = ANY(%(ids)s)
        UNION SELECT project_id, 'model', author FROM core_response WHERE prompt_id = ANY(%(ids)s)) said
 WHERE value <> '' AND NOT EXISTS (SELECT FROM core_filtervalue old
       WHERE (old.project_id, old.kind, old.value) = (said.project_id, said.kind, said.value))
    ON CONFLICT DO NOTHING
"""


def refresh_facts(comparison_ids: Sequence[int]) -> None:
    """Of these comparisons. Their prompts count them, so `refresh_prompt_facts` comes afterwards."""
    if not comparison_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(COMPARISONS, {"ids": list(comparison_ids)})


def refresh_prompt_facts(prompt_ids: Sequence[int]) -> None:
    """Of these prompts, and what there is now to choose from."""
    with connection.cursor() as cursor:
        cursor.execute(PROMPTS, {"ids": list(prompt_ids)})
        cursor.execute(VALUES, {"ids": list(prompt_ids)})

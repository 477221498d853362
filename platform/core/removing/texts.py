"""What people and models wrote with their answers: rationales, raw replies, marks in the text, free answers."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from core.bulk import array, fetch

JUDGMENTS = """
SELECT j.id, j.answers::text, COALESCE(q.questions, '[]')::text
  FROM core_judgment j
  LEFT JOIN core_round r ON r.id = j.round_id
  LEFT JOIN core_questionset q ON q.id = r.question_set_id
 WHERE j.{column} = ANY(%s) AND j.id > %s
   AND (j.rationale <> '' OR j.raw IS NOT NULL OR j.spans <> '[]' OR j.answers <> '{{}}' OR {also})
 ORDER BY j.id LIMIT %s
"""
CLEAR = """
UPDATE core_judgment j SET rationale = '', raw = NULL, spans = '[]', answers = kept.answers{also}
  FROM unnest(%s::bigint[], %s::jsonb[]) AS kept (id, answers)
 WHERE j.id = kept.id
   AND (j.rationale <> '' OR j.raw IS NOT NULL OR j.spans <> '[]' OR j.answers <> kept.answers{or_also})
RETURNING 1
"""
SKIP = "skip"  # its value is one of a few words
# What was written anew stands in the answer too, at the comparison of the response that it was made from.
REWRITES = """
WITH gone AS (
     SELECT n.comparison_id, array_agg(r.content) AS texts
       FROM core_response r JOIN core_candidate n ON n.response_id = r.parent_id
      WHERE r.id = ANY(%s) AND r.author_kind = 'person' AND r.content <> '' GROUP BY 1)
UPDATE core_judgment j
   SET answers = (SELECT COALESCE(jsonb_object_agg(each.key, each.value), '{}') FROM jsonb_each(j.answers) each
                   WHERE (each.value ->> 'text' = ANY (gone.texts)) IS NOT TRUE)
  FROM gone
 WHERE j.comparison_id = gone.comparison_id
   AND EXISTS (SELECT FROM jsonb_each(j.answers) each WHERE each.value ->> 'text' = ANY (gone.texts))
RETURNING 1
"""
FREE = ("text", "rewrite")  # kinds of questions that are answered in words of one's own
EVERY = 2**31


def clear_of_comparisons(comparison_ids: Sequence[int]) -> int:
    """Inside `erasing`; returns how many judgments had something."""
    rows = fetch(JUDGMENTS.format(column="comparison_id", also="false"), [array(comparison_ids), 0, EVERY])
    return _clear(rows, also="", or_also="")


def clear_of_rewrites(response_ids: Sequence[int]) -> int:
    """The same for answers that hold the text of these, which are about to be erased."""
    return len(fetch(REWRITES, [array(response_ids)]))


def clear_of_judge(judge_id: int, after: int, count: int) -> tuple[int, int]:
    """Some of a judge's judgments, which are then of no account either; the last one's id, 0 where none is left."""
    rows = fetch(JUDGMENTS.format(column="judge_id", also="j.person_id IS NOT NULL"), [array([judge_id]), after, count])
    cleared = _clear(rows, also=", person_id = NULL", or_also=" OR j.person_id IS NOT NULL")
    return (rows[-1][0] if rows else 0), cleared


def _clear(rows: Sequence[tuple[int, str, str]], *, also: str, or_also: str) -> int:
    kept = [
        msgspec.json.encode(_kept(msgspec.json.decode(answers), questions)).decode() for _, answers, questions in rows
    ]
    return len(fetch(CLEAR.format(also=also, or_also=or_also), [array(row[0] for row in rows), kept])) if rows else 0


def _kept(answers: Mapping[str, Any], questions: str) -> dict[str, Any]:
    """Choices and numbers. Words stay only where the questions say that they are one of theirs."""
    known = msgspec.json.decode(questions)
    chosen = {each["id"] for each in known if each.get("kind") not in FREE} | {SKIP}
    chosen |= {f"{each['id']}_tags" for each in known if each.get("tags")}
    return {name: value for name, value in answers.items() if name in chosen or _is_plain(value)}


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, bool | int | float)

"""How much there is of everything, but what is withdrawn: one statement a table."""

from typing import Any

from core.bulk import fetch
from core.models import Project

OBJECTS = """
SELECT (SELECT count(*) FROM core_prompt WHERE project_id = %(project)s AND withdrawn IS NULL),
       (SELECT count(*) FROM core_response r JOIN core_prompt p ON p.id = r.prompt_id
         WHERE p.project_id = %(project)s AND p.withdrawn IS NULL AND r.withdrawn IS NULL),
       (SELECT count(*) FROM core_comparison WHERE project_id = %(project)s AND withdrawn IS NULL)
"""
JUDGMENTS = """
SELECT CASE g.kind WHEN 'human' THEN 'people' WHEN 'gold' THEN 'gold' ELSE 'judges' END, j.status,
       count(*), count(*) FILTER (WHERE j.both_bad)
  FROM core_judgment j JOIN core_judge g ON g.id = j.judge_id
 WHERE j.project_id = %(project)s AND j.live AND g.withdrawn IS NULL AND j.comparison_id NOT IN (
       SELECT c.id FROM core_comparison c WHERE c.project_id = %(project)s AND c.withdrawn IS NOT NULL)
 GROUP BY 1, 2
"""
LABELS = """
SELECT count(*) FILTER (WHERE NOT undecided),
       count(*) FILTER (WHERE NOT undecided AND 1 = ALL (ranks) AND NOT both_bad),
       count(*) FILTER (WHERE both_bad),
       count(*) FILTER (WHERE undecided),
       count(*) FILTER (WHERE NOT undecided AND NOT 1 = ALL (ranks)),
       count(*)
  FROM core_label WHERE project_id = %s AND question = 'main' AND policy = %s
"""


def counts(project: Project) -> dict[str, Any]:
    """Prompts, responses, comparisons; live judgments by whose they are, and those that say nothing countable."""
    ((prompts, responses, comparisons),) = fetch(OBJECTS, {"project": project.pk})
    judgments = {"people": 0, "judges": 0, "gold": 0}
    other: dict[str, int] = {}
    both_bad = 0
    for whose, status, number, bad in fetch(JUDGMENTS, {"project": project.pk}):
        both_bad += bad
        if status == "submitted":
            judgments[whose] += number
        else:
            other[status] = other.get(status, 0) + number
    return {
        "prompts": prompts,
        "responses": responses,
        "comparisons": comparisons,
        "judgments": {**judgments, "not_counted": other, "both_bad": both_bad},
    }


def label_counts(project: Project, policy: str = "majority") -> dict[str, int]:
    """Labels by outcome; `winner` are those with a better and a worse response."""
    ((decided, ties, both_bad, undecided, winner, labels),) = fetch(LABELS, [project.pk, policy])
    return {
        "labels": labels,
        "decided": decided,
        "winner": winner,
        "ties": ties,
        "both_bad": both_bad,
        "undecided": undecided,
    }

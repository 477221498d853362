"""How much people have done lately and in all, and how much is wanted of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.bulk import fetch
from core.models import Project

# Without a script nobody knows how long somebody looked away: then ten minutes are the most that count.
MILLISECONDS = "COALESCE(j.active_ms, LEAST(j.wall_ms, 600000), 0)"
HOURS = f"""
SELECT COALESCE(sum({MILLISECONDS}), 0) FROM core_judgment j
 WHERE j.project_id = %s AND j.person_id IS NOT NULL
"""
# Day 0 are the last 24 hours; what is older than a week is one row without a day.
DONE = f"""
SELECT CASE WHEN j.created > %(now)s - interval '7 days'
            THEN LEAST(6, GREATEST(0, floor(extract(epoch FROM %(now)s - j.created) / 86400)))::int END,
       count(*), min(j.created), max(j.created), sum({MILLISECONDS})
  FROM core_judgment j
 WHERE j.project_id = %(project)s AND j.person_id IS NOT NULL AND j.live AND j.status = 'submitted' GROUP BY 1
"""
# Nobody is waited for at what the questions are not about. Materialized, or each parallel worker would count all votes
# for itself.
LEFT = """
WITH voted AS MATERIALIZED (
     SELECT DISTINCT j.comparison_id, j.judge_id FROM core_judgment j JOIN core_judge g ON g.id = j.judge_id
      WHERE j.project_id = %(project)s AND g.kind = 'human' AND j.live AND j.status = 'submitted')
SELECT COALESCE(sum(GREATEST(c.votes_wanted - COALESCE(v.votes, 0), 0)), 0)
  FROM core_comparison c JOIN core_project p ON p.id = c.project_id
  LEFT JOIN (SELECT comparison_id, count(*) AS votes FROM voted GROUP BY 1) v ON v.comparison_id = c.id
 WHERE c.project_id = %(project)s AND c.k BETWEEN p.fewest_responses AND p.most_responses AND c.withdrawn IS NULL
"""


@dataclass(frozen=True, slots=True)
class Work:
    """`days` are the judgments of up to seven whole days back from now, the latest first; `left` are those wanted."""

    total: int
    first: datetime | None
    last: datetime | None
    days: Sequence[int]
    milliseconds: int
    left: int

    @property
    def hours_left(self) -> float | None:
        """At the mean time a judgment took; None where nobody was timed."""
        return self.left * self.milliseconds / self.total / 3_600_000 if self.total and self.milliseconds else None


def work_of(project: Project, now: datetime) -> Work:
    rows = {day: rest for day, *rest in fetch(DONE, {"project": project.pk, "now": now})}
    ((left,),) = fetch(LEFT, {"project": project.pk})
    first = min((first for _, first, _, _ in rows.values() if first), default=None)
    whole_days = (now - first).days if first else 0
    return Work(
        total=sum(count for count, *_ in rows.values()),
        first=first,
        last=max((last for _, _, last, _ in rows.values() if last), default=None),
        days=[rows[day][0] if day in rows else 0 for day in range(min(7, whole_days))],
        milliseconds=int(sum(spent for *_, spent in rows.values())),
        left=int(left),
    )


def hours_of(project: Project) -> float:
    """Time that people with an account have worked here, skipped comparisons and answers changed later included."""
    ((milliseconds,),) = fetch(HOURS, [project.pk])
    return float(milliseconds) / 3_600_000

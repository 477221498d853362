"""Where a project stands: the counts along the loop, and what people do. Large projects are not counted every time."""

import time
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.utils import timezone

from core.bulk import fetch
from core.models import Project
from core.reports.counts import counts, label_counts
from core.reports.work import Work, work_of

LARGE = 20_000
SECONDS_KEPT = 60
# However slow the database is, counting takes at most a twentieth of its time.
TIMES_KEPT = 20
IS_LARGE = "SELECT count(*) FROM (SELECT FROM core_comparison WHERE project_id = %s LIMIT %s) AS counted"


@dataclass(frozen=True, slots=True)
class Loop:
    prompts: int
    responses: int
    comparisons: int
    by_people: int
    by_judges: int
    decided: int
    undecided: int
    exportable: int

    @property
    def named(self) -> list[tuple[str, int]]:
        return [
            ("Prompts", self.prompts),
            ("Responses", self.responses),
            ("Comparisons", self.comparisons),
            ("Judged by people", self.by_people),
            ("Judged by models", self.by_judges),
            ("Labels decided", self.decided),
            ("Undecided", self.undecided),
            ("Pairs to export", self.exportable),
        ]


@dataclass(frozen=True, slots=True)
class Standing:
    loop: Loop
    work: Work
    at: datetime


def is_large(project: Project) -> bool:
    """Whether counting takes long enough that the page should not wait for it."""
    ((found,),) = fetch(IS_LARGE, [project.pk, LARGE + 1])
    return bool(found > LARGE)


def standing_of(project: Project) -> Standing:
    """Counted now; of a large project, a minute ago at most, or twenty times as long as counting takes."""
    return _kept(project) if is_large(project) else _counted(project)


def _kept(project: Project) -> Standing:
    key = f"standing:{project.pk}"
    found: Standing | None = cache.get(key)
    if found is None:
        began = time.monotonic()
        found = _counted(project)
        cache.set(key, found, max(SECONDS_KEPT, TIMES_KEPT * (time.monotonic() - began)))
    return found


def _counted(project: Project) -> Standing:
    at = timezone.now()
    total, labels = counts(project), label_counts(project)
    loop = Loop(
        total["prompts"],
        total["responses"],
        total["comparisons"],
        total["judgments"]["people"],
        total["judgments"]["judges"],
        labels["decided"],
        labels["undecided"],
        labels["winner"],
    )
    return Standing(loop, work_of(project, at), at)

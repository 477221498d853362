"""What people are asked under a question set, and how many comparisons of a project that is."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.cache import cache

from annotate.composing.cells import Question
from annotate.kinds.protocol import MAIN
from annotate.kinds.registry import kind_of
from core.bulk import fetch
from core.models import Project
from core.models.comparison import MOST_CANDIDATES

MOST_COUNTED = 200_000
SECONDS_KEPT = 60
COUNTED = """
SELECT k, count(*) FROM (
       SELECT k FROM core_comparison WHERE project_id = %(project)s AND withdrawn IS NULL LIMIT %(most)s) counted
 GROUP BY k ORDER BY k
"""
NOUNS = (("single response", "single responses"), ("pair", "pairs"), ("list", "lists"))


@dataclass(frozen=True, slots=True)
class Reach:
    """`asked` says which comparisons are, `counted` how many there are; `rest` are those that are not."""

    asked: str
    counted: str
    rest: str
    fits: int
    others: int


def reach_of(project: Project, questions: Sequence[Question]) -> Reach | None:
    """Nothing where no main question says which comparisons are asked."""
    main = next((question for question in questions if question["id"] == MAIN), None)
    if main is None:
        return None
    kind, counts = kind_of(main), _counts(project)
    fits = {k: number for k, number in counts.items() if kind.fewest <= k <= kind.most}
    others = {k: number for k, number in counts.items() if k not in fits}
    is_more = sum(counts.values()) >= MOST_COUNTED
    return Reach(
        _asked(kind.fewest, kind.most),
        _in_words(fits, is_more=is_more) or "none of this project’s comparisons",
        _in_words(others, is_more=is_more),
        sum(fits.values()),
        sum(others.values()),
    )


def not_always(question: Question, questions: Sequence[Question]) -> str:
    """A sentence where a question is asked of fewer comparisons than the main one; nothing else."""
    main = next((each for each in questions if each["id"] == MAIN), None)
    if main is None or question["id"] == MAIN:
        return ""
    kind, of_main = kind_of(question), kind_of(main)
    if kind.fewest <= of_main.fewest and kind.most >= of_main.most:
        return ""
    return f"Asked of {_kinds_of(kind.fewest, kind.most)} only, not of everything that the main question asks."


def _asked(fewest: int, most: int) -> str:
    return f"People are asked {_kinds_of(fewest, most)}"


def _kinds_of(fewest: int, most: int) -> str:
    """`pairs`, `pairs and lists`, `single responses, pairs and lists`."""
    said = [NOUNS[at][1] for at, k in enumerate((1, 2, 3)) if fewest <= k <= most and k <= MOST_CANDIDATES]
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


def _in_words(counts: dict[int, int], *, is_more: bool) -> str:
    """`3,120 pairs and 40 lists`."""
    by_noun = [sum(number for k, number in counts.items() if min(k, 3) == at) for at in (1, 2, 3)]
    more = "at least " if is_more else ""
    said = [f"{more}{number:,} {NOUNS[at][number != 1]}" for at, number in enumerate(by_noun) if number]
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


def _counts(project: Project) -> dict[int, int]:
    """By the number of responses; counted up to a limit, for this is asked while somebody types."""
    key = f"comparisons-by-k:{project.pk}"
    found: dict[int, int] | None = cache.get(key)
    if found is None:
        found = dict(fetch(COUNTED, {"project": project.pk, "most": MOST_COUNTED}))
        cache.set(key, found, SECONDS_KEPT)
    return found

"""What `compare` would make and what that would take, before anything is made.

Prompts are walked in the order of their keys. A key is a hash, so the first prompts of a large project are a random
sample of it: the same one each time, whatever is asked.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.bulk import fetch
from core.comparing.estimating import Sum, scaled
from core.comparing.pace import Pace, pace_of_people
from core.comparing.policies import count
from core.comparing.wanting import CompareConfig, Row, candidates_of, check_length, responses_of, wanted_of
from core.models import Project

EXACT_UP_TO = 20_000  # prompts; of a larger project
SAMPLE = 5_000  # are looked at, or as many as
MOST_WORK = 400_000  # responses and comparisons fill, where each prompt has very many
CHUNK = 500
PROMPTS = """
SELECT id, key FROM core_prompt
 WHERE project_id = %s AND key > %s AND withdrawn IS NULL AND erased IS NULL ORDER BY key LIMIT %s
"""
COUNT = "SELECT count(*) FROM core_prompt WHERE project_id = %s AND withdrawn IS NULL AND erased IS NULL"
KNOWN = "SELECT prompt_id, key FROM core_comparison WHERE prompt_id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Planned:
    """Each number is exact, or About so many. `seen` of `prompts` were looked at."""

    new: float
    there: float
    calls: float
    judgments: float
    hours: float
    pace: Pace
    prompts: int
    seen: int

    @property
    def is_exact(self) -> bool:
        return self.seen >= self.prompts


@dataclass(slots=True)
class _Walk:
    new: Sum = field(default_factory=Sum)
    there: Sum = field(default_factory=Sum)
    calls: Sum = field(default_factory=Sum)
    seen: int = 0
    work: int = 0

    def add(self, new: int, there: int, calls: int) -> None:
        self.new.add(new)
        self.there.add(there)
        self.calls.add(calls)
        self.seen += 1


def plan_comparisons(project: Project, config: CompareConfig) -> Planned:
    """Raises PrefereeError where a list would be longer than a comparison may be, or there is no such scorer."""
    config = config.pinned(project)
    ((prompts,),) = fetch(COUNT, [project.pk])
    walk = _walked(project, config, prompts if prompts <= EXACT_UP_TO else SAMPLE)
    new, there, calls = (each.over(seen=walk.seen, prompts=prompts) for each in (walk.new, walk.there, walk.calls))
    pace = pace_of_people(project)
    judgments = scaled(new, project.overlap if config.votes is None else config.votes)
    hours = scaled(judgments, pace.seconds / 3600)
    hours = hours if type(hours) is not float else round(hours, 1)
    return Planned(new, there, calls, judgments, hours, pace, prompts, walk.seen)


def _walked(project: Project, config: CompareConfig, most: int) -> _Walk:
    walk = _Walk()
    for prompts in _chunks(project, most):
        ids = [pk for pk, _ in prompts]
        rows, known = _by_prompt(responses_of(config, ids)), _by_prompt(fetch(KNOWN, [ids]))
        for pk, key in prompts:
            _count(walk, config, pk, key, rows[pk], {bytes(each) for _, each in known[pk]})
        if walk.work > MOST_WORK:
            break
    return walk


def _chunks(project: Project, most: int) -> Iterator[list[tuple[int, bytes]]]:
    after, left = b"", most
    while left > 0 and (prompts := fetch(PROMPTS, [project.pk, after, min(CHUNK, left)])):
        yield [(pk, bytes(key)) for pk, key in prompts]
        after, left = prompts[-1][1], left - len(prompts)


def _by_prompt(rows: Sequence[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    return found


def _count(walk: _Walk, config: CompareConfig, pk: int, key: bytes, rows: Sequence[Row], known: set[bytes]) -> None:
    """Nothing is drawn where nothing can be there already: counting is enough."""
    candidates = candidates_of(rows)
    walk.work += len(candidates) + len(known)
    check_length(config, candidates)
    if not known:
        new = count(config.policy, candidates, pairs=config.pairs)
        pairs = new if config.policy != "list" or len({each.content_key for each in candidates}) == 2 else 0
        walk.add(new, 0, new + pairs)
        return
    wanted = wanted_of(config, pk, key, candidates)
    walk.work += len(wanted)
    fresh = [group for _, key, group in wanted if key not in known]
    walk.add(len(fresh), len(wanted) - len(fresh), sum(2 if len(group) == 2 else 1 for group in fresh))

"""Find rows by their facts: the newest that fit, from anywhere on, at a cost that does not depend on where or on what."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from core.bulk import fetch
from core.facts.refreshing import EVERY
from core.facts.windows import days, first_after, stretches
from core.models import Project

Kind = Literal["comparison", "prompt"]
# A stretch with more that fit than this is too wide: it is walked once more in narrower ones.
MOST_OF_A_STRETCH = 256
ROWS_A_FETCH = 1_000

ENDS = """
SELECT min(id), max(id), (SELECT created FROM {table} WHERE id = min(ends.id)),
       (SELECT created FROM {table} WHERE id = max(ends.id))
  FROM ((SELECT id FROM {table} WHERE project_id = %(project)s ORDER BY id LIMIT 1) UNION ALL
        (SELECT id FROM {table} WHERE project_id = %(project)s ORDER BY id DESC LIMIT 1)) ends
"""
NEWEST = """
SELECT id FROM {table} WHERE project_id = %(project)s AND id < %(before)s ORDER BY id DESC LIMIT %(limit)s
"""
# The id and the project are only looked at in rows that the index has found (+ 0), and a stretch is planned as if all
# of it were wanted (MATERIALIZED): else a plan that walks the table looks cheaper where statistics are wrong.
FIND = """
SELECT found.id, found.fit, stretch.facet
  FROM unnest(%(stretches)s::bigint[]) WITH ORDINALITY AS stretch (facet, place) CROSS JOIN LATERAL (
       WITH fits AS MATERIALIZED (
            SELECT id FROM {table}
             WHERE facets @> (ARRAY[stretch.facet] || ARRAY(
                   SELECT hashtextextended(facet, %(project)s) FROM unnest(%(facets)s::text[]) facet))
               AND project_id + 0 = %(project)s AND id + 0 < %(before)s {also})
       SELECT id, count(*) OVER () AS fit FROM (SELECT id FROM fits LIMIT %(most)s) enough ORDER BY id DESC) found
 ORDER BY stretch.place LIMIT %(limit)s
"""
DATES = """
   AND facets && ARRAY(SELECT hashtextextended(facet, %(project)s) FROM unnest(%(days)s::text[]) facet)
"""
WORDS = "AND words @@ (%(every)s::tsquery && %(words)s::tsquery)"
QUERY = "SELECT websearch_to_tsquery('simple', %s)::text"
# Where words stand is not kept: those in quotes are looked for like others.
FOLLOWED_BY = re.compile(r"<(?:-|\d+)>")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What rows have to fit: facets as `kind=value`, words as somebody types them, the time from start to before end."""

    facets: tuple[str, ...] = ()
    text: str = ""
    start: datetime | None = None
    end: datetime | None = None

    @property
    def is_open(self) -> bool:
        return not (self.facets or self.text or self.start or self.end)


@dataclass(frozen=True, slots=True)
class Ends:
    """The oldest and the newest row of the project."""

    least: int
    most: int
    first: datetime
    last: datetime


def find(project: Project, kind: Kind, narrowing: Narrowing, *, limit: int, before: int | None = None) -> list[int]:
    """Ids of those that fit, the newest first, from just below `before` on."""
    ends = ends_of(project, kind)
    if ends is None:
        return []
    start = ends.most + 1 if before is None else before
    if narrowing.is_open:
        values = {"project": project.pk, "before": start, "limit": limit}
        return [pk for (pk,) in fetch(NEWEST.format(table=_table(kind)), values)]
    return _find(project, kind, narrowing, ends, limit, start)


def each(
    project: Project, kind: Kind, narrowing: Narrowing, *, upto: int, size: int = ROWS_A_FETCH
) -> Iterator[list[int]]:
    """All that fit and are not newer than `upto`, in portions; each is looked for when it is asked for."""
    before = upto + 1
    while ids := find(project, kind, narrowing, limit=size, before=before):
        yield ids
        before = ids[-1]


def ends_of(project: Project, kind: Kind) -> Ends | None:
    ((least, *others),) = fetch(ENDS.format(table=_table(kind)), {"project": project.pk})
    return None if least is None else Ends(least, *others)


def _find(project: Project, kind: Kind, narrowing: Narrowing, ends: Ends, limit: int, before: int) -> list[int]:
    also, values = _conditions(project, narrowing, ends)
    found: list[int] = []
    while len(found) < limit:
        here = {
            "stretches": list(stretches(before, ends.least)),
            "before": before,
            "limit": limit - len(found),
            "most": MOST_OF_A_STRETCH + 1,
        }
        rows = fetch(FIND.format(table=_table(kind), also=also), values | here)
        crowded = next((facet for _, fit, facet in rows if fit > MOST_OF_A_STRETCH), None)
        found += [pk for pk, fit, _ in rows if crowded is None or not _is_from(pk, crowded)]
        if crowded is None:
            break
        before = min(before, first_after(crowded))
    return found


def _is_from(pk: int, stretch: int) -> bool:
    """Stretches come newest first: what is of a crowded one, or of those after it, is looked for again."""
    return pk < first_after(stretch)


def _conditions(project: Project, narrowing: Narrowing, ends: Ends) -> tuple[str, dict[str, Any]]:
    also, values = "", {"project": project.pk, "facets": ["project", *narrowing.facets]}
    if narrowing.text:
        also += WORDS
        values |= {"every": f"'{EVERY}'", "words": words_of(narrowing.text)}
    if narrowing.start or narrowing.end:
        also += DATES
        values["days"] = days(narrowing.start, narrowing.end, first=ends.first, last=ends.last)
        for name, sign in (("start", ">="), ("end", "<")):
            if moment := getattr(narrowing, name):
                also += f" AND created {sign} %({name})s"
                values[name] = moment
    return also, values


def words_of(text: str) -> str:
    """What was typed as a query of words; empty where it holds none."""
    ((query,),) = fetch(QUERY, [text])
    return FOLLOWED_BY.sub("&", query)


def _table(kind: Kind) -> str:
    return f"core_{kind}facts"


def without_text(narrowing: Narrowing) -> Narrowing:
    return replace(narrowing, text="")


def hashes(project: Project, facets: Sequence[str]) -> list[int]:
    return [pk for (pk,) in fetch("SELECT hashtextextended(unnest(%s::text[]), %s)", [list(facets), project.pk])]

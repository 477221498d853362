"""Find rows by their facts: the newest that fit, from anywhere on, whatever it is, at the cost of about a page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from core.bulk import fetch
from core.facts.refreshing import EVERY
from core.facts.windows import first_after, hours, stretches
from core.models import Project

Kind = Literal["comparison", "prompt"]
# A stretch with more that fit than twice what is looked for is too wide: it is walked once more in narrower ones.
MOST_OF_A_STRETCH = 2
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
COUNT = """
SELECT count(*) FROM {table}
 WHERE facets @> ARRAY(SELECT hashtextextended(facet, %(project)s) FROM unnest(%(facets)s::text[]) facet)
   AND project_id + 0 = %(project)s AND id + 0 <= %(upto)s {also}
"""
DATES = """
   AND facets && ARRAY(SELECT hashtextextended(facet, %(project)s) FROM unnest(%(hours)s::text[]) facet)
"""
WORDS = "AND words @@ (%(every)s::tsquery && %(words)s::tsquery)"
QUERY = "SELECT websearch_to_tsquery('simple', %s)::text"
# Where words stand is not kept: those in quotes are looked for like others.
FOLLOWED_BY = re.compile(r"<(?:-|\d+)>")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What rows have to fit: facets as `kind=value`, words as somebody types them, the time from start until end."""

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


class Search:
    """The rows of one table that fit. What it needs to know about the table it asks once."""

    def __init__(self, project: Project, kind: Kind, narrowing: Narrowing) -> None:
        self.project, self.narrowing = project, narrowing
        self.table = f"core_{kind}facts"
        self.ends = self._ends()

    def find(self, limit: int, *, before: int | None = None) -> list[int]:
        """Ids of those that fit, the newest first, from just below `before` on."""
        if self.ends is None:
            return []
        start = self.ends.most + 1 if before is None else before
        if not self.narrowing.is_open:
            return self._find(self.ends, limit, start)
        return [pk for (pk,) in self._fetch(NEWEST, before=start, limit=limit)]

    def each(self, *, upto: int, size: int = ROWS_A_FETCH) -> Iterator[list[int]]:
        """All that fit and are not newer than `upto`, in portions; each is looked for when it is asked for."""
        before = upto + 1
        while ids := self.find(size, before=before):
            yield ids
            before = ids[-1]

    def count(self, *, upto: int) -> int:
        """How many fit and are not newer: all of them are read, so this is for whoever is about to change them."""
        if self.ends is None:
            return 0
        ((rows,),) = self._fetch(COUNT, upto=upto)
        return int(rows)

    def _ends(self) -> Ends | None:
        ((least, *others),) = fetch(ENDS.format(table=self.table), {"project": self.project.pk})
        return None if least is None else Ends(least, *others)

    def _find(self, ends: Ends, limit: int, before: int) -> list[int]:
        most = MOST_OF_A_STRETCH * limit
        found: list[int] = []
        while len(found) < limit:
            covering = list(stretches(before, ends.least))
            rows = self._fetch(FIND, stretches=covering, before=before, limit=limit - len(found), most=most + 1)
            crowded = next((facet for _, fit, facet in rows if fit > most), None)
            if crowded is None:
                return found + [pk for pk, *_ in rows]
            # Stretches come newest first: what is of the crowded one, or of those after it, is looked for again.
            before = min(before, first_after(crowded))
            found += [pk for pk, *_ in rows if pk >= before]
        return found

    def _fetch(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        also, own = self._conditions
        return fetch(sql.format(table=self.table, also=also), own | values)

    @cached_property
    def _conditions(self) -> tuple[str, dict[str, Any]]:
        """What is asked beside the facets, and all values."""
        narrowing, ends = self.narrowing, self.ends
        also, values = "", {"project": self.project.pk, "facets": ["project", *narrowing.facets]}
        if narrowing.text:
            also += WORDS
            values |= {"every": f"'{EVERY}'", "words": words_of(narrowing.text)}
        if ends and (narrowing.start or narrowing.end):
            also += DATES
            values["hours"] = hours(narrowing.start, narrowing.end, first=ends.first, last=ends.last)
            for name, sign in (("start", ">="), ("end", "<")):
                if moment := getattr(narrowing, name):
                    also += f" AND created {sign} %({name})s"
                    values[name] = moment
        return also, values


def words_of(text: str) -> str:
    """What was typed as a query of words; empty where it holds none."""
    ((query,),) = fetch(QUERY, [text])
    return FOLLOWED_BY.sub("&", query)

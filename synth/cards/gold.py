"""Versions of gold sets as cards read them."""

from core.bulk import fetch
from core.errors import PrefereeError
from core.models import GoldSet, Project
from synth.cards.families import family_of
from synth.cards.tasks import GoldRow
from synth.judges.naming import number_in

ROWS = """
SELECT i.comparison_id, i.ranks, array_agg(length(r.content) ORDER BY n.slot), array_agg(r.author ORDER BY n.slot),
       c.withdrawn IS NULL AND bool_and(r.erased IS NULL)
  FROM core_golditem i JOIN core_comparison c ON c.id = i.comparison_id
  JOIN core_candidate n ON n.comparison_id = c.id JOIN core_response r ON r.id = n.response_id
 WHERE i.gold_set_id = %s AND i.ranks IS NOT NULL GROUP BY i.id, c.id ORDER BY i.comparison_id
"""


def gold_named(project: Project, named: str) -> GoldSet:
    """The closed version NAME@VERSION, the newest closed one of NAME, or of all where nothing is named.

    Raises PrefereeError where there is none: an open version still changes, and a card is measured once.
    """
    closed = GoldSet.objects.filter(project=project, closed__isnull=False)
    name, at, version = named.rpartition("@")
    if named:
        closed = closed.filter(name=name if at else named)
    if at:
        closed = closed.filter(version=number_in(version))
    found = closed.order_by("-closed", "-version").first()
    if found is None:
        what = f"closed version of the gold set “{named}”" if named else "closed gold set"
        raise PrefereeError(f"There is no {what} in {project.name}. Make one on the page Gold, and close it.")
    return found


def gold_rows(gold_set: GoldSet) -> list[GoldRow]:
    """All items with an answer, those that are withdrawn meanwhile too, so that tasks keep their numbers."""
    return [
        GoldRow(pk, tuple(ranks), tuple(lengths), tuple(family_of(author or "") for author in authors), usable)
        for pk, ranks, lengths, authors, usable in fetch(ROWS, [gold_set.pk])
    ]

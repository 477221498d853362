"""A starter set: comparisons drawn from every part of a project, which people answer next and which then are gold."""

from collections.abc import Mapping, Sequence
from itertools import islice

from django.db import transaction

from core import audit
from core.bulk import array, fetch
from core.comparisons import set_priority, set_votes
from core.errors import Conflict, PrefereeError
from core.gold.actions import clean_name, create_version
from core.gold.strata import drawn, fourths
from core.models import GoldItem, GoldSet, Project, User

NAME = "starter"
USUAL, MOST = 40, 500
PRIORITY = -50  # before what is usual, after what somebody made more urgent
WEIGHED = 5_000  # so many, at random, are looked at; a part that is rarer than one in these may be missed
LONGEST_STRATUM = 200
PORTION = 500
# Pairs that nobody but models has answered, in an order that the seed decides.
OPEN = """
SELECT c.id FROM core_comparison c JOIN core_prompt p ON p.id = c.prompt_id
 WHERE c.project_id = %s AND c.k = 2 AND c.withdrawn IS NULL AND p.erased IS NULL
   AND NOT EXISTS (SELECT FROM core_label l WHERE l.comparison_id = c.id AND l.question = 'main'
                      AND l.policy = 'majority' AND l.tier IN ('review', 'gold', 'people'))
 ORDER BY hashint8extended(c.id, %s) LIMIT %s
"""
PARTS = """
SELECT c.id, COALESCE(p.tags[1], ''), array_agg(DISTINCT r.author), sum(length(r.content))
  FROM core_comparison c JOIN core_prompt p ON p.id = c.prompt_id
  JOIN core_candidate n ON n.comparison_id = c.id JOIN core_response r ON r.id = n.response_id
 WHERE c.id = ANY(%s) GROUP BY c.id, p.tags[1]
"""
UNASKED = "SELECT id FROM core_comparison WHERE id = ANY(%s) AND votes_wanted = 0 ORDER BY id"
LATER = "SELECT id FROM core_comparison WHERE id = ANY(%s) AND priority > %s ORDER BY id"


@transaction.atomic
def make_starter_set(project: Project, *, by: User, count: int = USUAL, name: str = NAME) -> GoldSet:
    """An open version whose items wait for people; one person each is asked, before what is usual.

    The same project and count draw the same comparisons while nothing is answered. Raises Conflict where a version of
    that name is open.
    """
    if not 1 <= count <= MOST:
        raise PrefereeError(f"{count} comparisons cannot be drawn. Write a number from 1 to {MOST}.")
    name = clean_name(name)
    Project.objects.select_for_update(no_key=True).only("pk").get(pk=project.pk)
    if GoldSet.objects.filter(project=project, name=name, closed=None).exists():
        raise Conflict(f"A version of {name} is open already. Let people answer it, and close it first.")
    strata = _strata(project)
    if not strata:
        raise PrefereeError("There is no comparison of two responses that people have not answered. Make some first.")
    chosen = drawn(strata, count, project.seed)
    made = create_version(project, name, by)
    GoldItem.objects.bulk_create(
        GoldItem(gold_set=made, comparison_id=pk, stratum=strata[pk][:LONGEST_STRATUM]) for pk in chosen
    )
    _ask(project, chosen, by)
    detail = {"rows": len(chosen), "drawn_from": len(strata)}
    audit.record("gold.draw", project=project, actor=by, target=str(made.public), **detail)
    return made


def _ask(project: Project, ids: Sequence[int], by: User) -> None:
    """At least one person each, and soon; what was wanted of more people, or sooner, stays so."""
    unasked = [pk for (pk,) in fetch(UNASKED, [array(ids)])]
    later = [pk for (pk,) in fetch(LATER, [array(ids), PRIORITY])]
    set_votes(project, _portions(unasked), 1, by=by)
    set_priority(project, _portions(later), PRIORITY, by=by)


def _portions(ids: Sequence[int]) -> list[list[int]]:
    left = iter(ids)
    return list(iter(lambda: list(islice(left, PORTION)), []))


def _strata(project: Project) -> Mapping[int, str]:
    """By comparison: the prompt's first tag, the two models, and how long both answers are together."""
    ids = [pk for (pk,) in fetch(OPEN, [project.pk, project.seed, WEIGHED])]
    rows = fetch(PARTS, [array(ids)])
    edges = fourths([length for *_, length in rows])
    return {pk: _stratum(tag, authors, sum(length >= edge for edge in edges)) for pk, tag, authors, length in rows}


def _stratum(tag: str, authors: Sequence[str], fourth: int) -> str:
    lengths = ("shortest", "shorter", "longer", "longest")
    models = " and ".join(author or "unknown" for author in sorted(authors))
    return ", ".join(filter(None, (tag, models, lengths[fourth])))

"""Judges as critics: what they wrote about an answer, and what they called it there."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.bulk import array, fetch
from core.errors import PrefereeError
from core.models import Judge, Project

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_CRITIQUES = 3  # of one answer
LONGEST_CRITIQUE = 8_000
Which = Literal["lost", "won", "all"]

# The verdicts in which an answer was criticised and lost (or won), in an order that does not change.
CRITICISED = """
  FROM core_judgment j
  JOIN core_comparison c ON c.id = j.comparison_id AND c.withdrawn IS NULL
  JOIN core_candidate n ON n.comparison_id = c.id
 WHERE j.judge_id = %s AND j.live AND j.status = 'submitted' AND j.ranks IS NOT NULL AND j.rationale <> ''
   AND (%s = 'all' OR (j.ranks[n.slot + 1] > 1) = (%s = 'lost'))
"""
RESPONSES = f"SELECT n.response_id {CRITICISED}"
CRITIQUES = f"""
SELECT n.response_id, n.slot, j."order", j.rationale {CRITICISED} AND n.response_id = ANY(%s)
 ORDER BY n.response_id, j.comparison_id, j.order_no, j.sample
"""
# How a judge that rates each answer alone joins what it said of all.
OF_SLOT = re.compile(r"^\[slot (\d+)\]\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Critique:
    """`called` is the answer's name in it; empty where it speaks of no other."""

    text: str
    called: str = ""


def judge_called(project: Project, named: str) -> Judge:
    """NAME@VERSION, or the newest version of NAME, of any kind but people. Raises PrefereeError."""
    judges = Judge.objects.filter(project=project, withdrawn=None).exclude(kind="human")
    name, _, version = named.rpartition("@")
    exact = judges.filter(name=name, version=version).first() if name else None
    found = exact or judges.filter(name=named).order_by("-pk").first()
    if found is None:
        names = ", ".join(judges.order_by("name").values_list("name", flat=True).distinct()[:20]) or "none yet"
        raise PrefereeError(f"There is no judge “{named}” in {project.name}. Those that are no people: {names}.")
    return found


def critiques_of(judge: Judge, which: Which, responses: Sequence[int]) -> dict[int, list[Critique]]:
    """What the judge wrote about each of these responses, where it lost (or won)."""
    found: dict[int, list[Critique]] = defaultdict(list)
    for response, slot, order, text in fetch(CRITIQUES, [judge.pk, which, which, array(responses)]):
        critique = critique_in(text, slot, order)
        if critique.text and critique not in found[response]:
            found[response].append(critique)
    return {response: critiques[:MOST_CRITIQUES] for response, critiques in found.items()}


def critique_in(text: str, slot: int, order: Sequence[int] | None) -> Critique:
    """A rationale as a critique of the answer in this slot, shown at its place in `order`."""
    if order:
        place = list(order).index(slot)
        is_named = 1 < len(order) <= len(LETTERS)
        return Critique(text[:LONGEST_CRITIQUE], f"response {LETTERS[place]}" if is_named else "")
    pieces = OF_SLOT.split(text)
    of_slot = {int(pieces[at]): pieces[at + 1].strip() for at in range(1, len(pieces) - 1, 2)}
    return Critique((of_slot.get(slot, "") if of_slot else text)[:LONGEST_CRITIQUE])

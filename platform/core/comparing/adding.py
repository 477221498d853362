"""Add comparisons to a project: whoever makes some, for whatever reason, does it here."""

from collections.abc import Sequence
from uuid import uuid4

from core.bulk import copy_rows, fetch, new_ids
from core.comparing.planning import KNOWN
from core.comparing.wanting import Wanted
from core.models import Project
from core.removing.newcomers import withdraw_new
from core.signals import comparisons_added


def add_comparisons(project: Project, wanted: Sequence[Wanted], votes: int) -> list[int]:
    """The ids of those that were not there yet. Belongs into a transaction that nobody withdraws their responses in:
    where the project is locked for adding, or their rows are."""
    known = _known(wanted)
    new = [each for each in wanted if each[:2] not in known]
    ids = new_ids("core_comparison", len(new))
    copy_rows(
        "core_comparison (id, public, project_id, prompt_id, key, k, votes_wanted, priority, created)",
        (
            (pk, uuid4(), project.pk, prompt, key, len(group), votes, 0, "now")
            for pk, (prompt, key, group) in zip(ids, new, strict=True)
        ),
    )
    copy_rows(
        "core_candidate (comparison_id, prompt_id, response_id, slot)",
        (
            (pk, prompt, candidate.id, slot)
            for pk, (prompt, _, group) in zip(ids, new, strict=True)
            for slot, candidate in enumerate(group)
        ),
    )
    withdraw_new(ids)
    if ids:
        comparisons_added.send(add_comparisons, project=project, comparison_ids=ids)
    return ids


def _known(wanted: Sequence[Wanted]) -> set[tuple[int, bytes]]:
    rows = fetch(KNOWN, [sorted({prompt for prompt, _, _ in wanted})])
    return {(prompt, bytes(key)) for prompt, key in rows}

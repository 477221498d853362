"""Which rows the inputs of a step are: for a page that names them, in one query."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from core.bulk import fetch
from core.conversation import first_words
from core.models import Failure, Project
from core.runs.steps import InputKind, all_steps

# An input of another project, or one that is gone, has no row here.
ROWS = """
SELECT asked.kind, asked.id, p.public, p.messages -> -1, c.public, r.public
  FROM unnest(%(kinds)s::text[], %(ids)s::bigint[]) AS asked (kind, id)
  LEFT JOIN core_comparison c ON asked.kind = 'comparison' AND c.id = asked.id
  LEFT JOIN core_response r ON asked.kind = 'response' AND r.id = asked.id
  JOIN core_prompt p ON p.id = CASE asked.kind WHEN 'prompt' THEN asked.id WHEN 'comparison' THEN c.prompt_id
                                               ELSE r.prompt_id END AND p.project_id = %(project)s
"""

Key = tuple[InputKind, int]


@dataclass(frozen=True, slots=True)
class Input:
    """A row that has a place on a prompt's page. `words` begin the prompt; they are empty where it was erased."""

    prompt: UUID
    words: str
    comparison: UUID | None = None
    response: UUID | None = None


def kind_of(failure: Failure) -> InputKind:
    step = all_steps().get(failure.stage.step)
    return step.input_kind if step else ""


def inputs_of(project: Project, failures: Iterable[Failure]) -> dict[int, Input]:
    """By the failure's primary key, for those whose input is a prompt or belongs to one."""
    keys: dict[int, Key] = {each.pk: (kind_of(each), each.input) for each in failures}
    named = [key for key in keys.values() if key[0] in ("prompt", "comparison", "response")]
    if not named:
        return {}
    values = {"kinds": [kind for kind, _ in named], "ids": [pk for _, pk in named], "project": project.pk}
    rows = {(kind, pk): _input(*row) for kind, pk, *row in fetch(ROWS, values)}
    return {failure: rows[key] for failure, key in keys.items() if key in rows}


def _input(prompt: UUID, message: str | None, comparison: UUID | None, response: UUID | None) -> Input:
    return Input(prompt, first_words([json.loads(message)] if message else []), comparison, response)

"""Comparisons as a judge may see them: texts without authors."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.bulk import array, fetch
from core.conversation import text_of
from core.models import Project
from synth.judges.verdicts import Item

ROWS = """
SELECT c.id, c.prompt_id, p.messages::text, p.system, p.contexts::text, p.reference,
       array_agg(r.content ORDER BY n.slot), jsonb_agg(r.messages ORDER BY n.slot)::text,
       array_agg(r.id ORDER BY n.slot)
  FROM core_comparison c
  JOIN core_prompt p ON p.id = c.prompt_id
  JOIN core_candidate n ON n.comparison_id = c.id
  JOIN core_response r ON r.id = n.response_id
 WHERE c.id = ANY(%s) AND c.project_id = %s AND c.withdrawn IS NULL
 GROUP BY c.id, p.id ORDER BY c.id
"""
Messages = Sequence[Mapping[str, Any]]


def items_of(project: Project, comparison_ids: Sequence[int]) -> list[Item]:
    """Those of these comparisons that the project has and uses, in the order of their ids."""
    return [_item(*row) for row in fetch(ROWS, [array(comparison_ids), project.pk])]


def _item(
    comparison: int,
    prompt: int,
    messages: str,
    system: str | None,
    contexts: str,
    reference: str | None,
    contents: list[str],
    answers: str,
    responses: list[int],
) -> Item:
    spoken: list[Messages | None] = json.loads(answers)
    return Item(
        comparison=comparison,
        prompt=prompt,
        messages=tuple(_message(each) for each in json.loads(messages)),
        texts=tuple(_said(*each) for each in zip(contents, spoken, strict=True)),
        system=system or "",
        reference=reference,
        contexts=tuple(
            {"title": str(each.get("title") or ""), "text": str(each["text"])} for each in json.loads(contexts)
        ),
        responses=tuple(responses),
    )


def _message(message: Mapping[str, Any]) -> dict[str, str]:
    return {"role": str(message["role"]), "content": text_of(message)}


def _said(content: str, messages: Messages | None) -> str:
    """An answer that is more than one plain message is shown with all its turns."""
    if not messages:
        return content
    return "\n\n".join(f"[{message['role']}]\n{text_of(message)}" for message in messages)

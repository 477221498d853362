"""hh-rlhf: `chosen` and `rejected` are transcripts in one text, and the prompt is the turns they share.

    \\n\\nHuman: a question\\n\\nAssistant: an answer

The judge is "hh-rlhf", of the kind human. A transcript whose last answer is empty is refused.
"""

import re
from collections.abc import Mapping
from typing import Any

from core.importing.interchange import Messages, RefusedLine
from core.importing.layouts.pairs import leftovers, pair, parted, text_in

NAME = "hh_rlhf"
JUDGE = "hh-rlhf"
SPEAKER = re.compile(r"(?:^|\n\n)(Human|Assistant):")
ROLES = {"Human": "user", "Assistant": "assistant"}


def recognises(columns: frozenset[str], row: dict[str, Any]) -> bool:
    return (
        columns >= {"chosen", "rejected"}
        and "prompt" not in columns
        and isinstance(row["chosen"], str)
        and isinstance(row["rejected"], str)
    )


def read(row: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    chosen, rejected = (_answered(text_in(row, side), side) for side in ("chosen", "rejected"))
    line = pair(*parted(chosen, rejected), judge=JUDGE, kind=mapping.get("kind", "human"))
    line["metadata"] = leftovers(row, ("chosen", "rejected"))
    return line


def _answered(transcript: str, column: str) -> Messages:
    messages = turns(transcript, column)
    if messages[-1]["role"] != "assistant":
        raise RefusedLine(f"{column}: the transcript ends with a Human turn, so there is no answer to judge.")
    if not messages[-1]["content"].strip():
        raise RefusedLine(f"{column}: the last answer is empty.")
    return messages


def turns(transcript: str, column: str) -> Messages:
    """The turns of a transcript as messages; the one space after the colon is not part of a turn.

    Raises RefusedLine, naming the column, when the text does not start with a Human turn.
    """
    before, *rest = SPEAKER.split(transcript)
    if before.strip() or not rest or rest[0] != "Human":
        raise RefusedLine(f"{column}: expected a transcript that starts with 'Human:'.")
    return [
        {"role": ROLES[speaker], "content": text.removeprefix(" ")}
        for speaker, text in zip(rest[::2], rest[1::2], strict=True)
    ]

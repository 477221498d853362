"""Prompts alone: `prompt`, `instruction` (with `input`), `question`, or `messages` that end in a user turn.

`system` and `reference` keep their meaning; other columns become metadata. A row with a column that is named like an
answer is not recognised, for dropping the answer would be silent: `--map` says what it is.
"""

from collections.abc import Mapping
from typing import Any

from core.importing.interchange import Messages, RefusedLine, Text
from core.importing.layouts.pairs import leftovers, text_in
from core.importing.messages import conversation

NAME = "prompts"
SOURCES = ("prompt", "instruction", "question", "messages")
USED = (*SOURCES, "input", "system", "reference")
ANSWERS = frozenset(
    {"answer", "answers", "chosen", "completion", "completions", "output", "outputs", "rejected", "response"}
)


def recognises(columns: frozenset[str], row: dict[str, Any]) -> bool:
    sources = [name for name in SOURCES if name in columns]
    return len(sources) == 1 and not columns & ANSWERS and not _ends_with_answer(row.get("messages"))


def _ends_with_answer(messages: Any) -> bool:
    last = messages[-1] if isinstance(messages, list) and messages else None
    return isinstance(last, dict) and last.get("role") == "assistant"


def read(row: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    line = {"prompt": _prompt(row), "metadata": leftovers(row, USED if "instruction" in row else _without_input())}
    return line | {name: row[name] for name in ("system", "reference") if row.get(name) is not None}


def _without_input() -> tuple[str, ...]:
    return tuple(name for name in USED if name != "input")


def _prompt(row: dict[str, Any]) -> Text | Messages:
    column = next(name for name in SOURCES if name in row)
    value = row[column]
    if column in ("prompt", "messages") and isinstance(value, list):
        return conversation(value, column)
    text = text_in(row, column)
    extra = row.get("input") if column == "instruction" else None
    if extra is not None and not isinstance(extra, str):
        raise RefusedLine("input: expected text.")
    return f"{text}\n\n{extra}" if extra else text

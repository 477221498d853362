"""What the layouts of chosen and rejected answers share."""

from collections.abc import Collection
from typing import Any

from core.importing.interchange import Messages, RefusedLine, Text
from core.importing.messages import conversation, plain_text

Content = Text | Messages


def pair(prompt: Content, chosen: Content, rejected: Content, *, judge: str, kind: str) -> dict[str, Any]:
    """A line with two responses and the judgment that the first is better, by how much unsaid, in no known order."""
    if _bare(chosen) == _bare(rejected):
        raise RefusedLine("chosen, rejected: are the same, so the row prefers nothing.")
    return {
        "prompt": prompt,
        "responses": [{"id": "chosen", "content": chosen}, {"id": "rejected", "content": rejected}],
        "judgments": [{"judge": judge, "kind": kind, "responses": ["chosen", "rejected"], "preference": 1}],
    }


def _bare(content: Content) -> Content:
    return content.strip() if isinstance(content, str) else content


def parted(chosen: Messages, rejected: Messages) -> tuple[Messages, Content, Content]:
    """The prompt that two whole conversations share, and how each goes on.

    The prompt is their longest common prefix of turns, cut back to where an answer is due. Raises RefusedLine when
    they share no such opening.
    """
    shared = 0
    for one, other in zip(chosen, rejected, strict=False):
        if one != other:
            break
        shared += 1
    while shared and not _answer_is_due(chosen, rejected, shared):
        shared -= 1
    if not shared:
        raise RefusedLine("The two conversations share no opening turns that both answer, so the row has no prompt.")
    return chosen[:shared], _tail(chosen[shared:]), _tail(rejected[shared:])


def _answer_is_due(chosen: Messages, rejected: Messages, shared: int) -> bool:
    if chosen[shared - 1]["role"] not in ("user", "tool"):
        return False
    return all(len(turns) > shared and turns[shared]["role"] == "assistant" for turns in (chosen, rejected))


def _tail(turns: Messages) -> Content:
    text = plain_text(turns, "assistant")
    return turns if text is None else text


def whole(row: dict[str, Any], column: str) -> Messages:
    """A column that holds a conversation up to its last answer. Raises RefusedLine."""
    turns = conversation(row.get(column), column)
    if turns[-1]["role"] != "assistant":
        raise RefusedLine(f"{column}: the conversation must end with an assistant turn.")
    return turns


def text_in(row: dict[str, Any], column: str) -> Text:
    """A column that must hold text. Raises RefusedLine."""
    value = row.get(column)
    if not isinstance(value, str):
        raise RefusedLine(f"{column}: expected text.")
    return value


def leftovers(row: dict[str, Any], used: Collection[str]) -> dict[str, Any]:
    """The columns that have no place of their own, kept as metadata."""
    return {name: value for name, value in row.items() if name not in used and value is not None}

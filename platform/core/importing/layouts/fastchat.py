"""Battles of FastChat's arena and of MT-Bench: two models' conversations and who won.

A judge is the one the row names, else "fastchat", of the kind human; one whose name starts with "gpt" is of the kind
ai. `turn` says which answer was judged: later turns are left out. Both sides were shown, model A first.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from core.importing.interchange import Messages, RefusedLine
from core.importing.layouts.pairs import leftovers, parted
from core.importing.messages import conversation

NAME = "fastchat"
JUDGE = "fastchat"
USED = ("model_a", "model_b", "winner", "judge", "conversation_a", "conversation_b", "tstamp")
PREFERENCES = {"model_a": 1, "model_b": -1, "tie": 0, "tie (bothbad)": 0, "both_bad": 0, "bothbad": 0}
BOTH_BAD = ("tie (bothbad)", "both_bad", "bothbad")


def recognises(columns: frozenset[str], row: dict[str, Any]) -> bool:
    return columns >= {"model_a", "model_b", "winner", "conversation_a", "conversation_b"}


def read(row: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    judged = _judged_turn(row)
    prompt, first, second = parted(*(_until(row, f"conversation_{side}", judged) for side in "ab"))
    return {
        "prompt": prompt,
        "metadata": leftovers(row, USED),
        "responses": [
            {"id": "a", "content": first, "model": row["model_a"]},
            {"id": "b", "content": second, "model": row["model_b"]},
        ],
        "judgments": [{**_verdict(row, mapping), "responses": ["a", "b"], "order": ["a", "b"]}],
    }


def _judged_turn(row: dict[str, Any]) -> int | None:
    turn = row.get("turn")
    if turn is not None and (not isinstance(turn, int) or isinstance(turn, bool) or turn < 1):
        raise RefusedLine("turn: expected a whole number from 1.")
    return turn


def _until(row: dict[str, Any], column: str, judged: int | None) -> Messages:
    """The conversation up to the judged answer, or up to its last."""
    turns = conversation(row[column], column)
    answers = [at for at, turn in enumerate(turns) if turn["role"] == "assistant"]
    if len(answers) < (judged or 1):
        raise RefusedLine(f"{column}: has no answer number {judged or 1}.")
    return turns[: answers[judged - 1 if judged else -1] + 1]


def _verdict(row: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    winner = row["winner"]
    if not isinstance(winner, str) or winner not in PREFERENCES:
        raise RefusedLine(f"winner: expected one of {', '.join(PREFERENCES)}.")
    judge = JUDGE if row.get("judge") is None else row["judge"]
    is_model = isinstance(judge, str) and judge.lower().startswith("gpt")
    verdict = {
        "judge": judge,
        "kind": mapping.get("kind", "ai" if is_model else "human"),
        "preference": PREFERENCES[winner],
        "both_bad": winner in BOTH_BAD,
    }
    if row.get("tstamp") is not None:
        verdict["created"] = _time(row["tstamp"])
    return verdict


def _time(stamp: Any) -> str:
    try:
        return datetime.fromtimestamp(stamp, UTC).isoformat()
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise RefusedLine("tstamp: expected seconds since 1970.") from error

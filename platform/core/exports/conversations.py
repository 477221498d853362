"""Prompts and answers as trainers read them, whatever a row is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import pyarrow as pa

from core.exports.splitting import split_of
from core.labels.majority import Sources
from core.labels.service import policy_name

MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
PROMPTS = "SELECT id, encode(key, 'hex'), messages::text, system, contexts::text FROM core_prompt WHERE id = ANY(%s)"
RESPONSES = """
SELECT id, encode(key, 'hex'), author_kind, author, content, messages::text FROM core_response WHERE id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Options:
    """What an export takes in, as its manifest records it. `best_of` is the scorer whose choice trl-sft writes."""

    sources: Sources = "people_first"
    min_margin: float = 0.0
    test_share: float = 0.1
    contexts: Literal["prepend", "omit"] = "prepend"
    best_of: str = "best-of"

    @property
    def policy(self) -> str:
        return policy_name(self.sources)


def prompt_of(row: tuple[Any, ...], options: Options) -> tuple[str, list[dict[str, str]], str]:
    """The prompt's hash, its messages as a trainer gets them, and its split."""
    _, key, messages_text, system, contexts_text = row
    messages = _plain(msgspec.json.decode(messages_text))
    split = split_of(messages, options.test_share)
    if options.contexts == "prepend":
        messages = _with_contexts(messages, msgspec.json.decode(contexts_text))
    if system is not None:
        messages = [{"role": "system", "content": system}, *messages]
    return key, messages, split


def _with_contexts(messages: list[dict[str, str]], contexts: list[dict[str, str]]) -> list[dict[str, str]]:
    """Passages stand before the last turn, which is what they are for."""
    if not contexts:
        return messages
    passages = [_passage(context["title"], context["text"]) for context in contexts]
    last = {**messages[-1], "content": "\n\n".join([*passages, messages[-1]["content"]])}
    return [*messages[:-1], last]


def _passage(title: str, text: str) -> str:
    return text if not title or text.startswith(title) else f"{title}\n{text}"


def author_of(response: tuple[Any, ...]) -> dict[str, str]:
    key, kind, author, _, _ = response
    return {"response": key, kind: author} if author else {"response": key}


def answer_of(response: tuple[Any, ...]) -> list[dict[str, str]]:
    *_, content, messages = response
    if messages is None:
        return [{"role": "assistant", "content": content}]
    return _plain(msgspec.json.decode(messages))


def _plain(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [{"role": message["role"], "content": message["content"] or ""} for message in messages]

"""From texts to the token ids that are measured, the same way for every response of a model and its template."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any
from weakref import WeakKeyDictionary

from synth.backends.folders import tokenizer_of
from synth.backends.protocol import Message, TokenRequest
from synth.backends.rendering import end_of_turn as end_of_turn_id
from synth.backends.rendering import prompt_ids
from synth.backends.spelling import decoded, tokens_of

__all__ = ["Encoded", "decoded", "encode", "response_ids", "tokenizer_of"]

ANCHOR = "\n"
PROBE: Message = {"role": "user", "content": "What is 2 + 2?"}
PROBES = [
    "Yes.",
    "hello world",
    " a space",
    "\n\nTwo\nlines.",
    "naïve 東京 🙂",
    "def f(x):\n    return x",
    "1. One",
    "**b**",
]
Ids = tuple[int, ...]
# The ids of a response, and before which code point of it each of them ends.
Pieces = tuple[Ids, Ids]
_anchored: "WeakKeyDictionary[Any, dict[str, bool]]" = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Encoded:
    """One prompt and its responses as ids.

    `offsets` says of each response, and each of its ids, before which code point of the response it ends: bytes that
    share a character end where it does, and an end of turn where the response does. `approximate`: the ids of at least
    one response do not read back as its text after the prompt, so the figures of all of them are near, not exact.
    """

    requests: list[TokenRequest]
    offsets: list[Ids]
    approximate: bool


def encode(
    tokenizer: Any,
    messages: Sequence[Message],
    responses: Sequence[str],
    *,
    end_of_turn: bool | Sequence[bool] = False,
    about: int | None = None,
) -> Encoded:
    """The ids of a prompt P with the generation prompt, and of each response R alone; what is measured is P + R.

    P is shared by all responses. The answer's turn is never rendered, because tokens straddle its ends and templates
    trim it. `end_of_turn` adds the id that ends an answer: to all, or to those responses that say so, which are the
    ones that ended by themselves. Source: the CDR paper's definition (arXiv 2411.02481), not its code, which renders.

    Raises PermanentError where the tokenizer has no chat template, PrefereeError where that refuses the messages.
    """
    prompt = prompt_ids(tokenizer, messages)
    pieces = _pieces(tokenizer, responses, anchored=_needs_anchor(tokenizer))
    before = decoded(tokenizer, prompt)
    exact = all(
        decoded(tokenizer, (*prompt, *ids)) == before + text for (ids, _), text in zip(pieces, responses, strict=True)
    )
    ended = [end_of_turn] * len(responses) if isinstance(end_of_turn, bool) else end_of_turn
    if any(ended):
        last = end_of_turn_id(tokenizer)
        pieces = [
            ((*ids, last), (*ends, len(text))) if by_itself else (ids, ends)
            for (ids, ends), text, by_itself in zip(pieces, responses, ended, strict=True)
        ]
    return Encoded([TokenRequest(prompt, ids, about) for ids, _ in pieces], [ends for _, ends in pieces], not exact)


def response_ids(tokenizer: Any, text: str) -> Ids:
    """The ids of a text that follows a prompt of this tokenizer's template."""
    ((ids, _),) = _pieces(tokenizer, [text], anchored=_needs_anchor(tokenizer))
    return ids


def _needs_anchor(tokenizer: Any) -> bool:
    """Whether more of the probes read back where a newline goes before them: decided once a tokenizer and template."""
    known = _anchored.setdefault(tokenizer, {})
    template = str(tokenizer.chat_template)
    if template not in known:
        prompt = prompt_ids(tokenizer, [PROBE])
        before = decoded(tokenizer, prompt)
        plain, anchored = (
            sum(
                decoded(tokenizer, (*prompt, *ids)) == before + text
                for (ids, _), text in zip(_pieces(tokenizer, PROBES, anchored=way), PROBES, strict=True)
            )
            for way in (False, True)
        )
        known[template] = anchored > plain
    return known[template]


def _pieces(tokenizer: Any, texts: Sequence[str], *, anchored: bool) -> list[Pieces]:
    """All of them by one way: where a single one swallows the anchor, none has it."""
    if not anchored:
        return _tokens(tokenizer, texts)
    ((anchor, _),) = _tokens(tokenizer, [ANCHOR])
    found = _tokens(tokenizer, [ANCHOR + text for text in texts])
    if any(ids[: len(anchor)] != anchor for ids, _ in found):
        return _tokens(tokenizer, texts)
    return [
        (ids[len(anchor) :], tuple(max(end - len(ANCHOR), 0) for end in ends[len(anchor) :])) for ids, ends in found
    ]


def _tokens(tokenizer: Any, texts: Sequence[str]) -> list[Pieces]:
    if not texts:
        return []
    found = tokens_of(tokenizer, texts, as_text=True, offsets=tokenizer.is_fast)
    rows = [tuple(ids) for ids in found.input_ids]
    if not tokenizer.is_fast:
        return [(ids, _ends_by_decoding(tokenizer, ids, text)) for ids, text in zip(rows, texts, strict=True)]
    spans = found.offset_mapping
    return [(ids, _ends([end for _, end in row], text)) for ids, row, text in zip(rows, spans, texts, strict=True)]


def _ends(ends: Sequence[int], text: str) -> Ids:
    """Never falling, and the last one is the end of the text: some tokenizers leave white space out of offsets."""
    return (*accumulate(ends[:-1], max), len(text)) if ends else ()


def _ends_by_decoding(tokenizer: Any, ids: Ids, text: str) -> Ids:
    """For tokenizers that tell no offsets: how long the text is that the ids up to each one stand for."""
    lengths = [len(decoded(tokenizer, ids[: place + 1]).rstrip("\ufffd")) for place in range(len(ids))]
    return _ends([min(length, len(text)) for length in lengths], text)

"""Messages as a model's own chat template writes them, as token ids."""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from core.errors import PrefereeError
from core.runs.steps import PermanentError
from synth.backends.protocol import Message
from synth.backends.spelling import special_ids, tokens_of

# Noncharacters of Unicode: no text that is exchanged holds them.
OPEN, CLOSE = "\ufdd0", "\ufdd1"
PROBE = "quokka"
# Llama 3 writes today's date into each prompt where none is given; the same text must be measured alike tomorrow.
DATE = "26 Jul 2024"
_merges: "WeakKeyDictionary[Any, dict[str, bool]]" = WeakKeyDictionary()


def prompt_ids(tokenizer: Any, messages: Sequence[Message]) -> tuple[int, ...]:
    """The tokens of the rendered messages with the generation prompt; special tokens are only those of the template.

    What looks like a special token inside a message is text. Where the template has no system role, the system message
    goes before the first user message. Raises PermanentError where there is no template, PrefereeError where it refuses
    these messages.
    """
    if any(message["role"] == "system" for message in messages) and _merges_system(tokenizer):
        messages = merged(messages)
    text = rendered(tokenizer, [{**message, "content": _marked(tokenizer, message["content"])} for message in messages])
    return tuple(_ids(tokenizer, text))


def rendered(tokenizer: Any, messages: Sequence[Message], *, generation: bool = True) -> str:
    from jinja2 import TemplateError

    if not tokenizer.chat_template:
        raise PermanentError(
            f"The tokenizer in {tokenizer.name_or_path} has no chat template, so it is unknown how this model is "
            "talked to. Put the model's chat_template.jinja into that folder."
        )
    asked: list[dict[str, str]] = [dict(message) for message in messages]
    try:
        text: str = tokenizer.apply_chat_template(
            asked, tokenize=False, add_generation_prompt=generation, date_string=DATE
        )
    except TemplateError as error:
        raise PrefereeError(
            f"The chat template in {tokenizer.name_or_path} refuses a conversation of the roles "
            f"{', '.join(message['role'] for message in messages) or 'nobody'}: {error}"
        ) from error
    return text


def merged(messages: Sequence[Message]) -> list[Message]:
    """Without system messages: their text, and an empty line, stand before the first user message."""
    system = "\n\n".join(message["content"] for message in messages if message["role"] == "system")
    rest = [message for message in messages if message["role"] != "system"]
    first = next((place for place, message in enumerate(rest) if message["role"] == "user"), None)
    if first is None:
        return [{"role": "user", "content": system}, *rest]
    return [*rest[:first], {"role": "user", "content": f"{system}\n\n{rest[first]['content']}"}, *rest[first + 1 :]]


def end_of_turn(tokenizer: Any) -> int:
    """What the template writes after an answer: its first special token, else the end of a text."""
    turns = [{"role": "user", "content": "Hi."}, {"role": "assistant", "content": PROBE}]
    special = special_ids(tokenizer)
    for token in _ids(tokenizer, rendered(tokenizer, turns, generation=False).rpartition(PROBE)[2]):
        if token in special:
            return int(token)
    if tokenizer.eos_token_id is None:
        raise PermanentError(
            f"The tokenizer in {tokenizer.name_or_path} names no token that ends a turn. Leave the end of turn out, or "
            "set eos_token in its tokenizer_config.json."
        )
    return int(tokenizer.eos_token_id)


def _merges_system(tokenizer: Any) -> bool:
    """Some templates refuse a system message, others drop it."""
    known = _merges.setdefault(tokenizer, {})
    template = str(tokenizer.chat_template)
    if template not in known:
        asked = [{"role": "system", "content": PROBE}, {"role": "user", "content": "Hi."}]
        rendered(tokenizer, asked[1:])
        try:
            known[template] = PROBE not in rendered(tokenizer, asked)
        except PrefereeError:
            known[template] = True
    return known[template]


def _marked(tokenizer: Any, content: str) -> str:
    """With marks around what would be read as a special token."""
    special = [token for token in special_ids(tokenizer).values() if token]
    if not any(token in content for token in special):
        return content
    longest_first = "|".join(re.escape(token) for token in sorted(special, key=len, reverse=True))
    return re.sub(longest_first, lambda found: f"{OPEN}{found[0]}{CLOSE}", content)


def _ids(tokenizer: Any, text: str) -> Iterator[int]:
    for place, piece in enumerate(re.split(f"{OPEN}(.*?){CLOSE}", text, flags=re.DOTALL)):
        if piece:
            yield from tokens_of(tokenizer, [piece], as_text=place % 2 == 1).input_ids[0]

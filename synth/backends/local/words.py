"""What a model's tokens look like, and which of them end a reply."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from core.errors import PrefereeError
from synth.backends.local.loading import Loaded
from synth.backends.rendering import end_of_turn
from synth.backends.spelling import decoded, tokens_of


class Words:
    """Of one model, for one call."""

    def __init__(self, loaded: Loaded) -> None:
        self._tokenizer = loaded.tokenizer
        self.ends = _ends(loaded)
        # After another token, so that a space in front of a token is kept.
        self._before = tokens_of(self._tokenizer, ["a"], as_text=True).input_ids[0][-1:]
        self._skip = len(decoded(self._tokenizer, self._before))
        self._pieces: dict[int, str] = {}

    def text(self, ids: Sequence[int]) -> str:
        text: str = self._tokenizer.decode(list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text

    def piece(self, token: int) -> str:
        if token not in self._pieces:
            self._pieces[token] = decoded(self._tokenizer, [*self._before, token])[self._skip :]
        return self._pieces[token]


def _ends(loaded: Loaded) -> set[int]:
    """What the model's files name, and what its template writes after an answer."""
    named: Any = loaded.model.generation_config.eos_token_id if loaded.model.generation_config else None
    ends = set(named if isinstance(named, list) else [named])
    ends.add(loaded.tokenizer.eos_token_id)
    with suppress(PrefereeError):  # such a reply ends by its length or a stop
        ends.add(end_of_turn(loaded.tokenizer))
    return ends - {None}

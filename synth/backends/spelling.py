"""A tokenizer asked for exactly the tokens of a text, and for exactly the text of tokens."""

import json
from collections.abc import Sequence
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

# How special tokens are read is a switch of the tokenizer itself, and several threads use it.
_turn = Lock()
_twins: "WeakKeyDictionary[Any, Any]" = WeakKeyDictionary()
NOWHERE = "\ufdd2"  # a noncharacter of Unicode: in no text


def tokens_of(tokenizer: Any, texts: Sequence[str], *, as_text: bool, offsets: bool = False) -> Any:
    """What the tokenizer makes of each, and nothing more; `as_text`: what looks like a special token is text."""
    with _turn:
        return (_twin(tokenizer) if as_text else tokenizer)(
            list(texts),
            add_special_tokens=False,
            split_special_tokens=as_text,
            return_offsets_mapping=offsets,
            verbose=False,
        )


def decoded(tokenizer: Any, ids: Sequence[int]) -> str:
    """Every id as the text that it stands for, special ones too."""
    text: str = tokenizer.decode(list(ids), skip_special_tokens=False, clean_up_tokenization_spaces=False)
    return text


def special_ids(tokenizer: Any) -> dict[int, str]:
    """Every id that is no text, by what it looks like."""
    return {int(key): token.content for key, token in tokenizer.added_tokens_decoder.items() if token.special}


def _twin(tokenizer: Any) -> Any:
    """A unigram model has its special tokens as words, and finds them in any text; its twin has other words there."""
    if tokenizer not in _twins:
        _twins[tokenizer] = _renamed(tokenizer) if tokenizer.is_fast else tokenizer
    return _twins[tokenizer]


def _renamed(tokenizer: Any) -> Any:
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    made: Any = PreTrainedTokenizerFast

    if type(tokenizer.backend_tokenizer.model).__name__ != "Unigram":
        return tokenizer
    written = json.loads(tokenizer.backend_tokenizer.to_str())
    special = special_ids(tokenizer)
    written["post_processor"] = None
    written["added_tokens"] = [token for token in written["added_tokens"] if token["id"] not in special]
    written["model"]["vocab"] = [
        [f"{NOWHERE}{piece}" if place in special else piece, score]
        for place, (piece, score) in enumerate(written["model"]["vocab"])
    ]
    return made(tokenizer_object=Tokenizer.from_str(json.dumps(written)))

"""What lies in the folder of a model: read from this machine only, and no code from there is run."""

import os
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from core.runs.steps import PermanentError

if TYPE_CHECKING:
    from synth.targets import Target

INSTALL = "pip install 'preferee[models]'"
KEPT = 8
OFFLINE = {"local_files_only": True, "trust_remote_code": False}
TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "tokenizer_config.json", "chat_template.jinja", "vocab.json")
_turn = Lock()
_tokenizers: "OrderedDict[tuple[Any, ...], Any]" = OrderedDict()


def transformers_for(name: str) -> Any:
    """The package, or a sentence that says how to install it. `name` is the endpoint that needs it."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read when they are imported first
    try:
        import torch  # noqa: F401
        import transformers
    except ImportError as error:
        raise PermanentError(f"{name} needs the packages torch and transformers: {INSTALL}") from error
    return transformers


def tokenizer_of(target: "Target") -> Any:
    """The tokenizer in the target's tokenizer folder, else in its model's; kept while its files stay as they are.

    Raises PermanentError: there is no such folder, or no tokenizer in it that can be read without running its code.
    """
    folder = tokenizer_folder(target)
    key = (str(folder), *(_stamp(folder / name) for name in TOKENIZER_FILES))
    with _turn:
        if key not in _tokenizers:
            _tokenizers[key] = _load_tokenizer(target.name, folder)
            while len(_tokenizers) > KEPT:
                _tokenizers.popitem(last=False)
        _tokenizers.move_to_end(key)
        return _tokenizers[key]


def tokenizer_folder(target: "Target") -> Path:
    named = target.tokenizer or (target.model if target.kind == "transformers" else "")
    if not named:
        raise PermanentError(
            f"{target.name} names no tokenizer. Log-likelihoods of a server need the folder of its model's tokenizer: "
            "name it on the endpoint's page."
        )
    return existing_folder(target.name, named)


def existing_folder(name: str, folder: str) -> Path:
    path = Path(folder)
    if not folder or not path.is_dir():
        raise PermanentError(
            f"{name} is set to the folder {folder or '(none)'}, which is not on this machine. Models are never "
            "downloaded: put the files there, or name another folder on the endpoint's page."
        )
    return path


def _load_tokenizer(name: str, folder: Path) -> Any:
    auto = transformers_for(name).AutoTokenizer
    try:
        return auto.from_pretrained(str(folder), **OFFLINE)
    except (OSError, ValueError, KeyError, TypeError, ImportError, AttributeError) as error:
        raise PermanentError(f"{name}: no tokenizer can be read from {folder}: {first_line(error)}") from error


def first_line(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)[:300]


def _stamp(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0

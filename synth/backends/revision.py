"""Which model lies in a folder, told from its files without reading all of them."""

import hashlib
from pathlib import Path

from core.runs.steps import PermanentError

WEIGHTS = (".safetensors", ".bin", ".pt", ".gguf")
READ_WHOLE = (".json", ".jinja", ".model", ".txt")
SAMPLES = 64
SAMPLE_BYTES = 4096
_known: dict[tuple[tuple[str, int, int], ...], str] = {}


def revision_of(folder: str | Path) -> str:
    """16 hexadecimal digits that change with the configuration, the tokenizer, the chat template or the weights.

    Small files count whole. Of weights, which may be many GB, it takes the size, the first 4 KiB (the names and shapes
    of tensors) and 64 spread samples of as much: it finds what training leaves, not always a single changed number.
    When files were written does not count, so a copy is the same model. Raises PermanentError where nothing is there.
    """
    files = _files(Path(folder))
    if not any(path.name == "config.json" for path in files):
        raise PermanentError(f"{folder} is not the folder of a model: it has no config.json.")
    stamp = tuple((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files)
    if stamp not in _known:
        _known[stamp] = _digest(files)
    return _known[stamp]


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise PermanentError(f"{folder} is not a folder on this machine.")
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix in (*WEIGHTS, *READ_WHOLE))


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            for place in _places(path):
                file.seek(place)
                digest.update(file.read() if path.suffix in READ_WHOLE else file.read(SAMPLE_BYTES))
    return digest.hexdigest()[:16]


def _places(path: Path) -> list[int]:
    if path.suffix in READ_WHOLE:
        return [0]
    last = max(path.stat().st_size - SAMPLE_BYTES, 0)
    return sorted({last * number // SAMPLES for number in range(SAMPLES + 1)})

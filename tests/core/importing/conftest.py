"""Read rows as a file would be read, and hostile files under a cap on memory."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.importing.interchange import Line
from core.importing.reading import Good, Read, Refused, read

MEMORY_CAP = 2**30
PLATFORM = Path(__file__).parents[3] / "platform"

CAPPED_READER = """
import json, resource, sys
from pathlib import Path
cap = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (cap, cap))
from core.importing.interchange import RefusedFile
from core.importing.reading import Good, read
for path in sorted(Path(sys.argv[2]).iterdir()):
    good, refused, whole = 0, [], ""
    try:
        for item in read(path):
            if isinstance(item, Good):
                good += 1
            else:
                refused.append((item.number, item.reason, item.raw))
    except RefusedFile as error:
        whole = str(error)
    print(json.dumps({"name": path.name, "good": good, "refused": refused[:10], "whole": whole}), flush=True)
"""


@dataclass
class Outcome:
    """What came of a file: lines that went in, (number, reason, raw) of others, the reason against the whole file."""

    good: int
    refused: list[tuple[int, str, str]]
    whole: str


def read_capped(folder: Path) -> dict[str, Outcome]:
    """Read every file of the folder in one process that may not use more than MEMORY_CAP bytes of address space."""
    done = subprocess.run(
        [sys.executable, "-c", CAPPED_READER, str(MEMORY_CAP), str(folder)],
        env={"PYTHONPATH": str(PLATFORM)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {each.pop("name"): Outcome(**each) for each in found}


def as_bytes(row: Any) -> bytes:
    return row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode()


def read_rows(*rows: Any, **mapping: str) -> list[Read]:
    return list(read(io.BytesIO(b"\n".join(map(as_bytes, rows)) + b"\n"), mapping=mapping))


@pytest.fixture(scope="session")
def capped_reader() -> Callable[[Path], dict[str, Outcome]]:
    return read_capped


@pytest.fixture
def reads() -> Callable[..., list[Read]]:
    """What becomes of rows (dictionaries, or the raw bytes of a line) that make one JSONL file."""
    return read_rows


@pytest.fixture
def line_of() -> Callable[..., Line]:
    """The line that a single row becomes."""

    def only(row: Any, **mapping: str) -> Line:
        (item,) = read_rows(row, **mapping)
        assert isinstance(item, Good), item
        return item.line

    return only


@pytest.fixture
def reason_of() -> Callable[..., str]:
    """Why the last of the rows is refused; those before it go in."""

    def only(*rows: Any, **mapping: str) -> str:
        *before, last = read_rows(*rows, **mapping)
        assert all(isinstance(item, Good) for item in before), before
        assert isinstance(last, Refused), last
        return last.reason

    return only

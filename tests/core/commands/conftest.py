"""Run a management command as a terminal would, and see what it says and with which code it ends."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def manage() -> Callable[..., Ended]:
    """The exit code is that of manage.py: 1 for a failure with a sentence, which then stands in `err`."""

    def run(*args: object) -> Ended:
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command(*map(str, args), stdout=out, stderr=err)
        except CommandError as error:
            return Ended(error.returncode, out.getvalue(), err.getvalue() + str(error))
        except SystemExit as end:
            return Ended(int(end.code or 0), out.getvalue(), err.getvalue())
        return Ended(0, out.getvalue(), err.getvalue())

    return run


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path / "home"
    return settings.HOME


@pytest.fixture
def file_of(tmp_path: Path) -> Callable[..., Path]:
    """A JSONL file of these rows; bytes stand as they are."""

    def write(*rows: Any, name: str = "rows.jsonl") -> Path:
        path = tmp_path / name
        path.write_bytes(
            b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)
        )
        return path

    return write

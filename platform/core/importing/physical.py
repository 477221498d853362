"""Numbered lines of a binary stream, none longer than the limit."""

from collections.abc import Iterator
from io import BufferedReader
from typing import Any, TypeAlias

from core.importing import limits
from core.importing.interchange import RefusedLine

Stream: TypeAlias = "BufferedReader[Any]"
Physical = tuple[int, bytes | RefusedLine]


def physical_lines(stream: Stream) -> Iterator[Physical]:
    """Lines with their numbers from 1; a line that cannot be read comes as the RefusedLine that says why.

    A line past `limits.LINE_BYTES` is skipped without being held. A stream that breaks ends with its reason.
    """
    number = 0
    while True:
        number += 1
        try:
            line = stream.readline(limits.LINE_BYTES + 1)
            if not line:
                return
            too_long = len(line) > limits.LINE_BYTES and not line.endswith(b"\n")
            if too_long:
                _skip_to_newline(stream)
        except RefusedLine as broken:
            yield number, broken
            return
        if too_long:
            reason = RefusedLine(f"The line is longer than {limits.LINE_BYTES // limits.MIB} MiB.")
            reason.raw = shown(line)
            yield number, reason
        else:
            yield number, line


def _skip_to_newline(stream: Stream) -> None:
    while (part := stream.readline(limits.MIB)) and not part.endswith(b"\n"):
        pass


def filled_lines(stream: Stream) -> Iterator[Physical]:
    """The same without blank lines, which keep their numbers."""
    return (item for item in physical_lines(stream) if not (isinstance(item[1], bytes) and item[1].isspace()))


def shown(line: bytes) -> str:
    """How a refused line begins, as text."""
    longest_character = 4
    text = line[: limits.SHOWN_CHARACTERS * longest_character].decode(errors="replace")
    return text.rstrip("\r\n")[: limits.SHOWN_CHARACTERS]

"""CSV (and its cousins with a tab or a semicolon) as numbered rows."""

import csv
from collections.abc import Iterator
from typing import Any

from core.importing import limits
from core.importing.interchange import RefusedFile, RefusedLine
from core.importing.physical import Physical, Stream, physical_lines, shown

Row = tuple[int, dict[str, Any] | RefusedLine]

# The csv module has one limit for the process, and its default of 128 KiB is less than a long response.
csv.field_size_limit(limits.LINE_BYTES)


class _Feed:
    """Text lines for the csv module. It outlives its own exceptions, which a generator would not."""

    def __init__(self, lines: Iterator[Physical]) -> None:
        self._lines = lines
        self.number = 0
        self.begin()

    def begin(self) -> None:
        self.first = self.number + 1
        self.size = 0
        self.is_text = True
        self.shown = ""

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        self.number, line = next(self._lines)
        if isinstance(line, RefusedLine):
            raise line
        self.size += len(line)
        self.shown = (self.shown + shown(line) + "\n")[: limits.SHOWN_CHARACTERS]
        if self.size > limits.LINE_BYTES:
            raise RefusedLine(f"The row is longer than {limits.LINE_BYTES // limits.MIB} MiB; is a quote left open?")
        try:
            return line.decode()
        except UnicodeDecodeError:
            # Keep the quotes and commas readable, so that only this row is lost.
            self.is_text = False
            return line.decode(errors="replace")


def rows(stream: Stream) -> Iterator[Row]:
    """Rows as dictionaries by column, numbered by the line on which each starts. An empty cell is None.

    The delimiter is whichever of comma, semicolon and tab the header has most. Raises RefusedFile when the header
    cannot be used.
    """
    head = stream.peek().split(b"\n", 1)[0].decode(errors="replace")
    feed = _Feed(physical_lines(stream))
    parsed = csv.reader(feed, delimiter=max(",;\t", key=head.count), strict=True)
    header = _header(parsed)
    while True:
        feed.begin()
        try:
            cells = next(parsed)
            if not feed.is_text:
                raise RefusedLine("The row is not UTF-8 text.")
            row: dict[str, Any] | RefusedLine = _row(header, cells)
        except StopIteration:
            return
        except RefusedLine as reason:
            row = reason
        except csv.Error as error:
            row = RefusedLine(f"The row is not CSV: {error}.")
        if isinstance(row, RefusedLine):
            row.raw = row.raw or feed.shown.rstrip("\n")
        if row != {}:
            yield feed.first, row


def _header(parsed: Iterator[list[str]]) -> list[str]:
    try:
        names = [name.strip() for name in next(parsed, [])]
    except (RefusedLine, csv.Error) as error:
        raise RefusedFile(f"The header line of the CSV file cannot be read. {error}") from error
    if len(names) > limits.COLUMNS:
        raise RefusedFile(f"The CSV header names {len(names):,} columns; at most {limits.COLUMNS:,} are read.")
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise RefusedFile(f"The CSV header names a column twice: {', '.join(map(repr, repeated))}. Rename one.")
    return names


def _row(header: list[str], cells: list[str]) -> dict[str, Any]:
    if not cells:
        return {}
    if len(cells) != len(header):
        raise RefusedLine(f"The row has {len(cells)} cells, but the header has {len(header)}.")
    return {name: cell or None for name, cell in zip(header, cells, strict=True)}

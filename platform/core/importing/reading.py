"""Bytes of any known layout → lines of the interchange format, one at a time, each good or refused."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from core.importing import limits
from core.importing.check import check
from core.importing.decoding import line_from, row_from, shaped
from core.importing.interchange import Line, RefusedFile, RefusedLine
from core.importing.label_studio.targets import is_own
from core.importing.layouts import Layout, interchange, label_studio, listed, mapped, recognise
from core.importing.mapping import checked, columns_named
from core.importing.opening import STANDARD_INPUT, Opened, Raw, Source, opened
from core.importing.physical import shown
from core.importing.storable import refuse_unstorable

NOTHING: Mapping[str, str] = MappingProxyType({})


class Good(msgspec.Struct, frozen=True, gc=False):
    """A line that goes in, with its number in the file (for Parquet: the row's)."""

    number: int
    line: Line


class Refused(msgspec.Struct, frozen=True, gc=False):
    """A line that does not: why, and how it begins."""

    number: int
    reason: str
    raw: str


Read = Good | Refused


class Reading:
    """The lines of one source, read once from front to back in little memory, whatever the file's size.

    `layout` is the name of the recognised layout, empty until a first record had one; `bytes_read` goes up to
    `bytes_total` (None for a stream). Iterating raises RefusedFile when the source cannot be read at all.
    """

    def __init__(self, source: Source, mapping: Mapping[str, str], called: str, most: int | None) -> None:
        self._source, self._called, self._most = source, called, most
        self._mapping = checked(mapping)
        self._columns = columns_named(self._mapping)
        self._layout: Layout | None = None
        self._opened: Opened | None = None
        self.bytes_total = _size(source)

    @property
    def layout(self) -> str:
        return self._layout.NAME if self._layout else ""

    @property
    def names_accounts(self) -> bool:
        """Whether a person's name in it is an e-mail address, which may be that of an account."""
        return self._layout is label_studio

    @property
    def opened(self) -> Opened:
        """How the file is read, once iterating has begun."""
        assert self._opened is not None
        return self._opened

    @property
    def bytes_read(self) -> int:
        if self._opened is None:
            return 0
        if self._opened.table is not None:
            return round(self._opened.table.share * (self.bytes_total or 0))
        return self._opened.bytes_read

    def __iter__(self) -> Iterator[Read]:
        with opened(self._source, self._columns, called=self._called, most=self._most) as self._opened:
            for number, raw in self._opened.records:
                try:
                    line = self._line(raw)
                except RefusedLine as reason:
                    yield Refused(number, str(reason), _shown(raw))
                else:
                    yield Good(number, line)

    def _line(self, raw: Raw) -> Line:
        if isinstance(raw, bytes):
            if self._layout is interchange:
                return check(line_from(raw))
            row = row_from(raw)
        elif isinstance(raw, RefusedLine):
            raise raw
        else:
            row = raw
            refuse_unstorable(row, "")
        return self._line_of_row(row, raw)

    def _line_of_row(self, row: dict[str, Any], raw: bytes | dict[str, Any]) -> Line:
        if self._layout is None:
            self._layout = self._recognised(row)
        elif self._layout is not mapped and not self._layout.recognises(frozenset(row), row):
            raise RefusedLine(
                f"The columns {listed(frozenset(row))} are not those of the layout {self._layout.NAME}, which the file "
                "began with. Put rows of another layout into a file of their own."
            )
        if self._layout is interchange and isinstance(raw, bytes):
            return check(line_from(raw))
        return check(shaped(self._layout.read(row, self._mapping)))

    def _recognised(self, row: dict[str, Any]) -> Layout:
        if label_studio.recognises(frozenset(row), row):
            return label_studio
        if own := [target for target in self._mapping if is_own(target)]:
            raise RefusedFile(f"--map {own[0]}=… is for exports of Label Studio, and this file is none.")
        return mapped if self._columns else recognise(row)


def _size(source: Source) -> int | None:
    if source == STANDARD_INPUT or not isinstance(source, str | Path):
        return None
    return Path(source).stat().st_size if Path(source).is_file() else None


def _shown(raw: Raw) -> str:
    if isinstance(raw, RefusedLine):
        return raw.raw
    if isinstance(raw, bytes):
        return shown(raw)
    return msgspec.json.encode(raw, enc_hook=str).decode()[: limits.SHOWN_CHARACTERS]


def read(source: Source, *, mapping: Mapping[str, str] = NOTHING, called: str = "", most: int | None = None) -> Reading:
    """The lines of a path, of `-` for standard input, or of a binary file, in whichever layout.

    `mapping` names columns by target (`{"prompt": "question"}`), and two words: `kind` and `scale`. `called` is the
    file's name where the path is not; after `most` unpacked bytes reading ends. Raises RefusedFile when the mapping
    names a target that does not exist.
    """
    return Reading(source, mapping, called, most)

"""One JSON list as numbered elements, read as they come and none longer than the limit."""

import re
from collections.abc import Iterator

from core.importing import limits
from core.importing.interchange import RefusedLine
from core.importing.physical import Physical, Stream, shown

CHUNK = 2**18
STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
# Up to the next sign that matters, over whole strings: between the elements a comma does, within one it does not.
BETWEEN = re.compile(rb'[^"\[\]{},]*+(?:' + STRING + rb'[^"\[\]{},]*+)*+', re.DOTALL)
WITHIN = re.compile(rb'[^"\[\]{}]*+(?:' + STRING + rb'[^"\[\]{}]*+)*+', re.DOTALL)
TEXT = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)  # up to the quote, or to a backslash at the chunk's end

CUT_OFF = "The list ends too early here, so the file is damaged or was cut off."
MORE = "Something stands behind the end of the list; nothing from here on was read."
MISSING = "An element is missing here: there is a comma too many."


def elements(stream: Stream) -> Iterator[Physical]:
    """The elements as raw bytes with their numbers from 1; the RefusedLine that says why where one cannot be read.

    The stream begins with the list's bracket. Whether an element is JSON is for its reader to find out: here brackets
    and quotes are counted. One past `limits.LINE_BYTES` is skipped without being held.
    """
    scan = _Scan()
    try:
        while not scan.is_over and (chunk := stream.read1(CHUNK)):
            yield from scan.feed(chunk)
        while scan.is_over and not scan.is_followed and (chunk := stream.read1(CHUNK)):
            scan.is_followed = bool(chunk.strip())
    except RefusedLine as broken:
        yield scan.number + 1, broken
        return
    if not scan.is_over:
        yield scan.number + 1, scan.refused(CUT_OFF)
    elif scan.is_followed:
        yield scan.number + 1, RefusedLine(MORE)


class _Scan:
    """Where the reading stands: how deep, whether in a text, and what is held of the element."""

    def __init__(self) -> None:
        self.number = 0
        self.is_over = False
        self.is_followed = False
        self._depth = 0
        self._in_text = False
        self._skip = 0  # bytes of the next chunk that a backslash has taken
        self._held = bytearray()
        self._is_too_long = False

    def feed(self, chunk: bytes) -> Iterator[Physical]:
        at, start = self._skip, 0
        self._skip = 0
        while not self.is_over:
            if self._in_text:
                at = self._through_text(chunk, at)
            end = _end(BETWEEN if self._depth == 1 else WITHIN, chunk, at)
            if self._in_text or end == len(chunk):
                break
            at = end + 1
            ends, opens = self._meet(chunk[end:at])
            if opens:
                start = at
            elif ends:
                yield from self._element(chunk[start:end])
                start = at
        if self.is_over:
            self.is_followed = bool(chunk[start:].strip())
        else:
            self._hold(chunk[start:])

    def refused(self, sentence: str) -> RefusedLine:
        reason = RefusedLine(sentence)
        reason.raw = shown(bytes(self._held[: 4 * limits.SHOWN_CHARACTERS]).lstrip())
        return reason

    def _through_text(self, chunk: bytes, at: int) -> int:
        end = _end(TEXT, chunk, at)
        if end < len(chunk):
            self._in_text = chunk[end : end + 1] != b'"'
            self._skip = int(self._in_text)
        return end + 1

    def _meet(self, sign: bytes) -> tuple[bool, bool]:
        """Whether this sign ends an element, and whether it is the bracket that opens the list.

        A quote is one whose other is in the next chunk.
        """
        if sign == b'"':
            self._in_text = True
        elif sign in b"[{":
            self._depth += 1
            return False, self._depth == 1
        elif sign in b"]}":
            self._depth -= 1
            self.is_over = self._depth == 0
        return sign == b"," or self.is_over, False

    def _element(self, last: bytes) -> Iterator[Physical]:
        self._hold(last)
        raw, too_long = bytes(self._held).strip(), self._is_too_long
        if not raw and self.is_over and self.number == 0:
            return
        self.number += 1
        if too_long:
            yield self.number, self.refused(f"The element is longer than {limits.LINE_BYTES // limits.MIB} MiB.")
        else:
            yield self.number, raw or RefusedLine(MISSING)
        self._held.clear()
        self._is_too_long = False

    def _hold(self, part: bytes) -> None:
        if self._is_too_long:
            return
        self._held += part
        if len(self._held) > limits.LINE_BYTES:
            self._is_too_long = True
            del self._held[4 * limits.SHOWN_CHARACTERS :]


def _end(pattern: re.Pattern[bytes], chunk: bytes, at: int) -> int:
    found = pattern.match(chunk, at)
    return found.end() if found else len(chunk)

"""A gzip stream that cannot be made to cost more than its limits."""

import io
import zlib
from collections import deque
from typing import Any, Protocol

from core.importing import limits
from core.importing.interchange import RefusedLine

MAGIC = b"\x1f\x8b"
CHUNK = 64 * 1024
GZIP_WINDOW_BITS = 31
CHECKSUM_BYTES = 8


class Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


class Gunzip(io.RawIOBase):
    """Unpacks gzip (several members too) from `packed`, a binary file.

    Raises RefusedLine from `readinto` when the file ends too early, is damaged, is made of very many tiny members,
    unpacks to more than `limits.UNPACKED_BYTES`, or unpacks by more than `limits.UNPACKED_RATIO` over a window of
    `limits.UNPACKED_WINDOW` bytes. What was unpacked before that has been handed out by then.
    """

    def __init__(self, packed: Readable) -> None:
        self._packed = packed
        self._member = zlib.decompressobj(GZIP_WINDOW_BITS)
        self._pending = b""
        self._bytes_in = 0
        self._bytes_out = 0
        self._window: deque[tuple[int, int]] = deque([(0, 0)])
        self._at_member_start = True
        self._members = 1

    def readable(self) -> bool:
        return True

    @property
    def share(self) -> float:
        """Packed bytes for each unpacked one, so far."""
        return self._bytes_in / max(1, self._bytes_out)

    def readinto(self, target: Any, /) -> int:
        unpacked = self._unpack(len(target))
        target[: len(unpacked)] = unpacked
        return len(unpacked)

    def _unpack(self, size: int) -> bytes:
        while True:
            if self._member.eof and not self._next_member():
                return b""
            packed = self._pending or self._packed.read(CHUNK)
            if not packed:
                if self._at_member_start:
                    return b""
                raise RefusedLine("The gzip file ends too early here, so it is damaged or was cut off.")
            self._at_member_start = False
            unpacked = self._inflate(packed, size)
            self._account(len(packed) - len(self._pending), len(unpacked))
            if unpacked:
                return unpacked

    def _inflate(self, packed: bytes, size: int) -> bytes:
        # The checksum at the end goes in alone: zlib keeps the text of a call that fails.
        before_checksum = packed[:-CHECKSUM_BYTES] or packed
        try:
            unpacked = self._member.decompress(before_checksum, min(size, CHUNK))
        except zlib.error as error:
            raise RefusedLine(f"The gzip file is damaged from here on ({error}).") from error
        rest = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
        self._pending = rest + packed[len(before_checksum) :]
        return unpacked

    def _next_member(self) -> bool:
        """Go on to a following member; zero padding after the last one is what tape tools leave."""
        while not (rest := self._pending.lstrip(b"\0")):
            self._pending = self._packed.read(CHUNK)
            if not self._pending:
                return False
        self._pending = rest
        self._members += 1
        if self._members > limits.MEMBERS and self._bytes_out < self._members * limits.MEMBER_BYTES:
            raise RefusedLine(
                f"The gzip file is made of more than {limits.MEMBERS:,} parts that hold next to nothing. Unpack it "
                "first; nothing from here on was read."
            )
        self._member = zlib.decompressobj(GZIP_WINDOW_BITS)
        self._at_member_start = True
        return True

    def _account(self, bytes_in: int, bytes_out: int) -> None:
        self._bytes_in += bytes_in
        self._bytes_out += bytes_out
        if self._bytes_out > limits.UNPACKED_BYTES:
            raise RefusedLine(
                f"The gzip file unpacks to more than {limits.UNPACKED_BYTES // limits.GIB} GiB. Split it; "
                "nothing from here on was read."
            )
        window = self._window
        window.append((self._bytes_in, self._bytes_out))
        while len(window) > 1 and self._bytes_out - window[1][1] >= limits.UNPACKED_WINDOW:
            window.popleft()
        before_in, before_out = window[0]
        grown = self._bytes_out - before_out
        if grown >= limits.UNPACKED_WINDOW and grown > limits.UNPACKED_RATIO * (self._bytes_in - before_in):
            raise RefusedLine(
                f"The gzip file unpacks to more than {limits.UNPACKED_RATIO} times its size, like a bomb. If its "
                "content is meant, unpack it first; nothing from here on was read."
            )

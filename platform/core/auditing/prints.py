"""How an event becomes a print, and a batch of prints a digest. Anybody can compute these again from the rows."""

import json
from collections.abc import Sequence
from hashlib import sha256

PRINT_BYTES = 16

# Columns of an event as `print_of` takes them; the detail as the database spells JSON: sorted, each key once.
COLUMNS = """id, project_id, actor_id, verb, target, detail::text,
       (extract(epoch FROM at) * 1000000)::bigint"""

Event = tuple[int, int | None, int | None, str, str, str, int]


def print_of(event: Event) -> bytes:
    """The first 16 bytes of the SHA-256 of the event's columns, in the order of COLUMNS, as one JSON array."""
    return sha256(_text(event)).digest()[:PRINT_BYTES]


def digest_of(previous: str, number: int, first: int, last: int, ids: Sequence[int], prints: bytes) -> str:
    """SHA-256, in hexadecimal, of a JSON array of all but the prints, followed by the prints."""
    return sha256(_text([previous, number, first, last, list(ids)]) + prints).hexdigest()


def _text(values: Sequence[object]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")

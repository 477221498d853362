"""Identities: public UUIDs, and 16-byte content hashes that decide whether two things are the same."""

import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any
from uuid import UUID

KEY_BYTES = 16


def uuid7() -> UUID:
    """A time-ordered UUID (RFC 9562, version 7); not for rows whose time of creation must not show."""
    random = int.from_bytes(os.urandom(10), "big")
    value = (time.time_ns() // 1_000_000) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def key_of(*parts: str | bytes) -> bytes:
    """Hash the parts, each with its length, so that no two lists of parts share a spelling."""
    digest = blake2b(digest_size=KEY_BYTES)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.digest()


def canonical(value: Any) -> str:
    """One JSON spelling of a value: sorted keys, no spaces, text as it is, whole numbers without a fraction.

    The database spells 1e16 out, so a number must hash the same however it is written.
    """
    return json.dumps(_whole(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _whole(inner) for key, inner in value.items()}
    return [_whole(inner) for inner in value] if isinstance(value, list | tuple) else value


def prompt_key(
    messages: Sequence[Mapping[str, Any]], system: str | None, contexts: Sequence[Mapping[str, Any]]
) -> bytes:
    """Messages, system text and contexts make a prompt; its reference and metadata do not."""
    return key_of(canonical(messages), b"" if system is None else b"1" + system.encode(), canonical(contexts))


def content_key(content: str, messages: Sequence[Mapping[str, Any]] | None) -> bytes:
    return key_of(content) if messages is None else key_of("messages", canonical(messages))


def response_key(author_kind: str, author: str, content: bytes) -> bytes:
    """An author and a content key make a response, within its prompt."""
    return key_of(author_kind, author, content)


def comparison_key(response_keys: Iterable[bytes]) -> bytes:
    """The responses in slot order make a comparison, within its prompt."""
    return key_of(*response_keys)

"""A resolver for connections: whatever a name may mean by now, it leads to the numbers that were checked.

Imports aiohttp, so it is itself imported where a connection is made.
"""

import socket
from collections.abc import Sequence
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from core.addresses import Address


class Checked(AbstractResolver):
    """TLS still asks for the name."""

    def __init__(self, numbers: Sequence[Address]) -> None:
        self._numbers = numbers

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=str(number),
                port=port,
                family=socket.AF_INET if number.version == 4 else socket.AF_INET6,
                proto=0,
                flags=0,
            )
            for number in self._numbers
        ]

    async def close(self) -> None:
        pass

"""Pages that show how a score came about. The room that makes scores says where; core does not know that room."""

from collections.abc import Callable, Collection, Mapping

# By the score's primary key, the address of its page; scores without one may be missing.
Source = Callable[[Collection[int]], Mapping[int, str]]
_sources: list[Source] = []


def register(source: Source) -> None:
    _sources[:] = [source]


def pages_of(scores: Collection[int]) -> Mapping[int, str]:
    return _sources[0](scores) if _sources and scores else {}

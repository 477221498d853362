"""Read on in a thread while the database is busy."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """Items, of which the next can be made in a thread while the caller waits for something else.

    `next` gives None after the last one, and raises what making the item raised. Leaving waits for the thread.
    """

    def __init__(self, items: Iterator[T]) -> None:
        self._items = items
        self._coming: Future[T | None] | None = None
        self._thread = ThreadPoolExecutor(1)

    def begin(self) -> None:
        """For a moment when the caller will only wait: were both at work, they would hold each other up."""
        if self._coming is None:
            self._coming = self._thread.submit(next, self._items, None)

    def next(self) -> T | None:
        self.begin()
        assert self._coming is not None
        item, self._coming = self._coming.result(), None
        return item

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._thread.shutdown()

"""What changed from one text to the next, line by line. Knows nothing of Django."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

LINES_AROUND = 2
MOST_LINES = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """`kind` is added, removed, same, or gap: lines that stayed as they were and are left out."""

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    lines: Sequence[Line]
    added: int
    removed: int
    too_long: bool = False

    @property
    def is_none(self) -> bool:
        return not (self.added or self.removed or self.too_long)


def difference(before: str, after: str) -> Difference:
    """With two lines around each change. Very long texts are not compared: that takes the square of their lines."""
    old, new = before.splitlines(), after.splitlines()
    if len(old) > MOST_LINES or len(new) > MOST_LINES:
        return Difference([], 0, 0, too_long=before != after)
    lines = list(_lines(old, new))
    kinds = [line.kind for line in lines]
    return Difference(lines, kinds.count("added"), kinds.count("removed"))


def _lines(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    end = 0
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(LINES_AROUND):
        if group[0][1] > end:
            yield Line("gap")
        for what, i1, i2, j1, j2 in group:
            if what == "equal":
                yield from (Line("same", text) for text in old[i1:i2])
            else:
                yield from (Line("removed", text) for text in old[i1:i2])
                yield from (Line("added", text) for text in new[j1:j2])
            end = i2
    if 0 < end < len(old):
        yield Line("gap")

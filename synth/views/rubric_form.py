"""The criteria of a rubric as a page shows them and sends them: each a few fields with its number in their names."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import PrefereeError
from synth.judges.criteria import MOST_CRITERIA, Criterion

ANCHOR = re.compile(r"\s*(-?[0-9]{1,5})\s*:(.*)")
FIELDS = ("name", "description", "lowest", "highest", "weight", "anchors")
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Typed:
    """One criterion as it stands in the form; `anchors` are lines of SCORE: WORDS."""

    name: str = ""
    description: str = ""
    lowest: str = "1"
    highest: str = "5"
    weight: str = "1"
    anchors: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.name.strip() or self.description.strip() or self.anchors.strip())

    def plain(self, number: int) -> dict[str, Any]:
        """As `criteria_of` reads it. Raises PrefereeError where an anchor is no score with words."""
        said = {"name": self.name.strip(), "description": self.description.strip()}
        numbers = {"lowest": self.lowest.strip(), "highest": self.highest.strip(), "weight": self.weight.strip()}
        return {**said, **numbers, "anchors": dict(_anchors(self.anchors, number))}


def typed_of(criteria: Iterable[Criterion]) -> list[Typed]:
    return [
        Typed(
            each.name,
            each.description,
            str(each.lowest),
            str(each.highest),
            f"{each.weight:g}",
            "\n".join(f"{score}: {text}" for score, text in sorted(each.anchors.items())),
        )
        for each in criteria
    ]


def typed_in(sent: Mapping[str, str]) -> list[Typed]:
    """Those that were sent, in their order, blank ones too."""
    found = []
    for number in range(1, MOST_CRITERIA + 2):
        if f"{number}.name" not in sent:
            break
        texts = (sent.get(f"{number}.{field}", "") for field in FIELDS)
        found.append(Typed(*(text.replace("\r\n", "\n").replace("\x00", "")[:LONGEST] for text in texts)))
    return found


def plain_of(typed: Iterable[Typed]) -> list[dict[str, Any]]:
    """Without those that are blank."""
    return [each.plain(number) for number, each in enumerate(typed, start=1) if not each.is_blank]


def _anchors(text: str, number: int) -> Iterable[tuple[str, str]]:
    for line in filter(str.strip, text.split("\n")):
        found = ANCHOR.fullmatch(line)
        if found is None:
            raise PrefereeError(f"Criterion {number}: The anchor “{line[:60]}” is not a score, a colon and words.")
        yield found[1], found[2].strip()

"""What a load comes to, and values as COPY takes them."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

NOTES_KEPT = 1000


@dataclass(slots=True)
class Loaded:
    """What one load added, and what it met that was there already with another value (line, sentence)."""

    prompts: int = 0
    responses: int = 0
    comparisons: int = 0
    judgments: int = 0
    scores: int = 0
    noted: int = 0
    notes: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: "Loaded") -> None:
        for name in ("prompts", "responses", "comparisons", "judgments", "scores", "noted"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.notes = (self.notes + other.notes)[:NOTES_KEPT]

    def note(self, line: int, sentence: str) -> None:
        self.noted += 1
        if len(self.notes) < NOTES_KEPT:
            self.notes.append((line, sentence))


def json_text(value: Any) -> str:
    if not value:
        return "[]" if type(value) is list else "{}"
    return msgspec.json.encode(value).decode()

"""Invented interchange lines of realistic size, one by one. Seeded."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

SYLLABLES = ["ka", "lo", "mi", "ren", "tas", "vel", "dor", "ain", "pel", "sut", "gra", "nem", "ori", "fax", "wen"]
SENTENCES = 3_000
CREATED = "2026-03-{:02d}T{:02d}:{:02d}:00Z"


def sentences(seed: int) -> list[str]:
    """Sentences of 5 to 15 invented words, which compress about as text does."""
    source = random.Random(seed)
    words = ["".join(source.choices(SYLLABLES, k=source.randint(1, 4))) for _ in range(2_000)]
    return [" ".join(source.choices(words, k=source.randint(5, 15))).capitalize() + "." for _ in range(SENTENCES)]


def write_lines(path: Path, count: int, seed: int) -> int:
    """Write that many lines, a different prompt each; returns the bytes."""
    with path.open("w", encoding="utf-8") as file:
        for line in lines(count, seed):
            file.write(line)
    return path.stat().st_size


def lines(count: int, seed: int) -> Iterator[str]:
    """A prompt with a reference, 2 responses, 2 or 3 judgments of them: about 1.8 kB and 9 rows each."""
    source, pool = random.Random(seed), sentences(seed)

    def text(least: int, most: int) -> str:
        return " ".join(source.choices(pool, k=source.randint(least, most)))

    for number in range(count):
        responses = [
            {"id": name, "content": text(3, 8), "model": f"model-{source.randrange(8)}-{name}"} for name in "ab"
        ]
        row = {
            "prompt": f"{text(1, 4)} ({seed}.{number})",
            "reference": text(1, 3),
            "tags": [f"topic-{source.randrange(20)}"],
            "metadata": {"source": "synthetic", "row": number},
            "responses": responses,
            "judgments": [_judgment(source, judge, pool) for judge in source.sample(range(12), source.randint(2, 3))],
        }
        yield json.dumps(row, ensure_ascii=False) + "\n"


def _judgment(source: random.Random, judge: int, pool: list[str]) -> dict[str, object]:
    shown = ["a", "b"] if source.random() < 0.5 else ["b", "a"]
    day, hour, minute = source.randint(1, 28), source.randrange(24), source.randrange(60)
    return {
        "judge": f"person {judge}",
        "kind": "human",
        "responses": ["a", "b"],
        "order": shown,
        "preference": source.randint(-3, 3),
        "scale": 3,
        "rationale": source.choice(pool) if source.random() < 0.3 else "",
        "duration_ms": source.randint(5_000, 90_000),
        "created": CREATED.format(day, hour, minute),
    }

"""The sample data is what a newcomer reads: its variety is held here, its quality by reading it."""

import json
import random
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from core.importing.reading import Good, read

DOCS = Path(__file__).resolve().parents[2] / "docs" / "sample-data.md"
KINDS = {"writing", "reasoning", "code", "extraction", "safety", "chat"}
LANGUAGES = {"ar", "de", "en", "es", "fr", "hi", "it", "ja", "ko", "pt", "zh"}
SAMPLE = Path(str(files("core.sample") / "sample.jsonl"))


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    return [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]


def test_every_line_is_good() -> None:
    assert all(isinstance(item, Good) for item in read(SAMPLE))


def test_there_are_enough_prompts_and_none_twice(rows: list[dict]) -> None:
    assert len(rows) >= 80
    assert len({json.dumps(row["prompt"]) for row in rows}) == len(rows)
    assert len({row["metadata"]["item"] for row in rows}) == len(rows)


def test_kinds_and_languages_are_many(rows: list[dict]) -> None:
    kinds = Counter(tag for row in rows for tag in row["tags"] if tag in KINDS)
    languages = Counter(tag for row in rows for tag in row["tags"] if tag in LANGUAGES)
    assert set(kinds) == KINDS
    assert min(kinds.values()) >= 10
    assert len(languages) >= 5
    assert any(len(row["prompt"]) >= 3 for row in rows if "chat" in row["tags"] and isinstance(row["prompt"], list))


def test_each_prompt_has_a_reference_and_two_to_four_different_responses(rows: list[dict]) -> None:
    for row in rows:
        texts = [response["content"].strip() for response in row["responses"]]
        assert row["reference"].strip()
        assert 2 <= len(texts) <= 4
        assert len(set(texts)) == len(texts)
        assert all(len(text.split()) <= 600 for text in texts)


def test_three_annotators_sometimes_disagree_tie_and_find_both_bad(rows: list[dict]) -> None:
    votes: dict[tuple[str, ...], list[int]] = {}
    judgments = [(row["metadata"]["item"], judgment) for row in rows for judgment in row["judgments"]]
    for item, judgment in judgments:
        votes.setdefault((item, *judgment["responses"]), []).append(judgment["preference"])
    assert {judgment["judge"] for _, judgment in judgments} == {"Ada", "Bruno", "Chiara"}
    assert any(judgment["preference"] == 0 and not judgment.get("both_bad") for _, judgment in judgments)
    assert any(judgment.get("both_bad") for _, judgment in judgments)
    assert any(min(values) < 0 < max(values) for values in votes.values())


def test_the_documentation_shows_the_five_items_that_its_seed_draws(rows: list[dict]) -> None:
    text = DOCS.read_text(encoding="utf-8")
    drawn = random.Random(20261120).sample(range(len(rows)), 5)
    for row in (rows[place] for place in drawn):
        assert f"### {row['metadata']['item']} " in text
        assert all(response["content"].split("\n")[0] in text for response in row["responses"])

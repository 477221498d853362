"""The real preference data beside the checkout goes in whole."""

from pathlib import Path

import pytest

from core.importing.reading import Good, read

DATA = Path(__file__).parents[4] / "shared" / "data"

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="the folder shared/data is not beside the checkout"),
]


@pytest.mark.parametrize(
    ("name", "lines", "responses", "judgments"),
    [("qa_feedback", 500, 2487, 3500), ("pandalm", 999, 1998, 4970), ("llmbar", 419, 838, 29214)],
)
def test_every_line_is_good(name, lines, responses, judgments):
    reading = read(DATA / f"{name}.jsonl")
    found = [item.line for item in reading if isinstance(item, Good)]

    assert reading.layout == "interchange"
    assert len(found) == lines
    assert sum(len(line.responses) for line in found) == responses
    assert sum(len(line.judgments) for line in found) == judgments

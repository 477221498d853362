"""The published figures of judges on LLMBar come out of the judgments that were imported."""

import pytest

from core.gold.actions import add_known, close_gold_set, make_gold_set
from core.importing.reading import read
from core.importing.service import ingest
from core.models import Judge
from synth.cards.stored import card_of

pytestmark = [pytest.mark.django_db, pytest.mark.shared_data]


@pytest.fixture
def gold(project, by, shared_data):
    with (shared_data / "llmbar.jsonl").open("rb") as lines:
        refused = []
        ingest(project, read(lines), refuse=refused.append)
    assert not refused
    gold_set = make_gold_set(project, "LLMBar", by=by)
    assert add_known(gold_set, ["gold"], by=by) == 419
    return close_gold_set(gold_set, by=by)


def figures(project, gold, name):
    """As LLMBar counts: an item without a verdict is wrong."""
    return card_of(Judge.objects.get(project=project, name=name), gold, absent="wrong").figures


def test_judges_are_as_right_as_published(project, gold):
    strong, weak = figures(project, gold, "GPT-4/Vanilla"), figures(project, gold, "PaLM2/Vanilla")
    assert [round(each["value"], 3) for each in strong["readings"]] == [0.828, 0.862]
    assert round(1 - strong["flips"]["value"], 3) == 0.928
    assert [each["n"] for each in (*strong["readings"], strong["flips"])] == [419, 419, 419]

    assert round(weak["readings"][0]["value"], 3) == 0.680
    assert round(weak["consistent_accuracy"]["value"], 3) == 0.783
    assert round(weak["coverage"]["value"], 3) == 0.716
    assert (weak["consistent_accuracy"]["n"], weak["coverage"]["n"]) == (300, 419)


def test_consistent_is_not_correct(project, gold):
    """Of a weak judge even what it says in both orders is worse than a coin, and worse than single verdicts."""
    weak = figures(project, gold, "LLaMA2/Vanilla")
    assert weak["consistent_accuracy"]["high"] < 0.5
    assert weak["consistent_accuracy"]["value"] < weak["readings"][0]["value"]
    assert weak["families"]["family"] == "llama"


def test_an_item_that_was_not_judged_is_left_out_unless_it_is_to_be_wrong(project, gold):
    judge = Judge.objects.get(project=project, name="PaLM2/Vanilla")
    assert card_of(judge, gold).figures["accuracy"]["n"] == 415
    assert card_of(judge, gold, absent="wrong").figures["accuracy"]["n"] == 419

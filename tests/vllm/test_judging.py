"""The step `judge` over a real server: probabilities from the letters of a choice, ratings held to a schema."""

import pytest

from core.models import Judgment, Label, Score
from synth.judges.actions import create_judge
from synth.judges.configuration import JudgeConfiguration
from tests.vllm.marks import REAL_SERVER

pytestmark = REAL_SERVER
LINES = [
    {
        "prompt": f"Number {number}?",
        "responses": [{"id": "a", "content": "A bridge holds."}, {"id": "b", "content": "One river runs."}],
        "comparisons": [["a", "b"]],
    }
    for number in range(4)
]


@pytest.fixture
def compared(project, load):
    load(project, *LINES)
    return project


def test_a_pairwise_judge_is_asked_in_both_orders_and_its_probability_comes_from_the_letters(compared, run):
    create_judge(compared, "soft", JudgeConfiguration(endpoint="strong", soft="logprobs"), by=None)
    stage = run("judge", judge="soft").stages.get()
    assert (stage.done, stage.config["judge"]) == (4, "soft@1")
    judgments = list(Judgment.objects.order_by("comparison", "order_no"))
    assert [each.order for each in judgments] == [[0, 1], [1, 0]] * 4
    for each in judgments:
        assert 0 < each.probability < 1
        assert each.raw in ("A", "B", "C")
        assert each.answers["over"] == "the letters that were allowed"
        assert float(each.answers["mass of the letters"]) == pytest.approx(1, abs=1e-3)
    assert stage.tokens > 0
    assert Label.objects.count() == 4


def test_the_letter_that_was_said_is_the_likeliest_one(compared, run):
    create_judge(compared, "soft", JudgeConfiguration(endpoint="strong", soft="logprobs"), by=None)
    run("judge", judge="soft")
    for each in Judgment.objects.all():
        said_of_slot_0 = {"A": each.order[0] == 0, "B": each.order[1] == 0}.get(each.raw)
        if said_of_slot_0 is not None:
            assert said_of_slot_0 == (each.ranks == [1, 2])


def test_a_rating_that_was_cut_off_is_unreadable_with_its_text_and_makes_no_score(compared, run):
    configuration = JudgeConfiguration(
        endpoint="strong", method="pointwise", rubric="quality@1", max_tokens=60, reasks=0
    )
    create_judge(compared, "rater", configuration, by=None)
    run("judge", judge="rater")
    said = list(Judgment.objects.all())
    assert {each.status for each in said} == {"unreadable"}
    assert all('{"' in each.raw and each.ranks is None for each in said)
    assert not Score.objects.exists()

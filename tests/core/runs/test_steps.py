import pytest

from core.errors import PrefereeError
from core.runs.steps import StepConfig, configure, step_named, work_key
from core.steps.compare import Compare, CompareConfig
from tests.core.runs.scripted import Scripted

POLICIES = "'all_pairs', 'random_pairs', 'model_pairs', 'list', 'best_random' or 'best_worst'"


def test_a_step_is_found_by_its_name():
    assert isinstance(step_named("compare"), Compare)
    assert step_named("reference").name == "reference"


def test_a_step_that_does_not_exist_gets_a_sentence_with_those_that_do():
    offered = (
        "aggregate, best_of, card, compare, density, export, generate, import, improve, judge, label_studio, overlap, "
        "people, reference, score"
    )
    with pytest.raises(PrefereeError, match=rf"There is no step “compere”\. The steps are {offered}\."):
        step_named("compere")


def test_settings_are_checked_and_have_defaults():
    config = configure(Compare(), {"policy": "random_pairs", "pairs": 3})
    assert config == CompareConfig(policy="random_pairs", pairs=3)
    assert configure(Compare(), {}) == CompareConfig()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"policy": "best"}, f"compare: policy: Input should be {POLICIES}."),
        ({"pairs": 0}, "compare: pairs: Input should be greater than or equal to 1."),
        ({"colour": "red"}, "compare: colour: Extra inputs are not permitted."),
        ({"votes": 101}, "compare: votes: Input should be less than or equal to 100."),
    ],
)
def test_a_setting_that_does_not_fit_is_named_with_the_settings_there_are(values, sentence):
    with pytest.raises(PrefereeError) as refused:
        configure(Compare(), values)
    assert str(refused.value) == f"{sentence} Its settings are: policy, pairs, seed, scorer, votes."


def test_a_step_without_settings_says_so():
    class Plain(Scripted):
        Config = StepConfig

    with pytest.raises(PrefereeError, match="Its settings are: none"):
        configure(Plain(), {"x": 1})


def test_the_key_of_a_work_is_the_step_with_every_setting_of_it():
    step = Compare()
    keys = [work_key(step, configure(step, values)) for values in ({}, {"seed": 0}, {"seed": 1}, {"policy": "list"})]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3
    assert work_key(Scripted(), StepConfig()) != work_key(Compare(), StepConfig())

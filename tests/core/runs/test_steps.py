import pytest

from core.errors import PrefereeError
from core.runs.steps import configure, step_named
from core.steps.compare import Compare, CompareConfig


def test_a_step_is_found_by_its_name():
    assert isinstance(step_named("compare"), Compare)
    assert step_named("reference").name == "reference"


def test_a_step_that_does_not_exist_gets_a_sentence_with_those_that_do():
    with pytest.raises(
        PrefereeError,
        match=r"There is no step “compere”\. The steps are aggregate, compare, export, import, people, reference\.",
    ):
        step_named("compere")


def test_settings_are_checked_and_have_defaults():
    config = configure(Compare(), {"policy": "random_pairs", "pairs": 3})
    assert config == CompareConfig(policy="random_pairs", pairs=3)
    assert configure(Compare(), {}) == CompareConfig()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"policy": "best"}, "compare: policy: Input should be 'all_pairs', 'random_pairs', 'model_pairs' or 'list'."),
        ({"pairs": 0}, "compare: pairs: Input should be greater than or equal to 1."),
        ({"colour": "red"}, "compare: colour: Extra inputs are not permitted."),
        ({"votes": 101}, "compare: votes: Input should be less than or equal to 100."),
    ],
)
def test_a_setting_that_does_not_fit_is_named_with_the_settings_there_are(values, sentence):
    with pytest.raises(PrefereeError) as refused:
        configure(Compare(), values)
    assert str(refused.value) == f"{sentence} Its settings are: policy, pairs, seed, votes."


def test_a_step_without_settings_says_so():
    with pytest.raises(PrefereeError, match="Its settings are: none"):
        configure(step_named("reference"), {"x": 1})

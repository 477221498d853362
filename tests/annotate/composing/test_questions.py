import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.kinds.pairwise import pairwise_options, pairwise_verdict
from annotate.kinds.protocol import BadAnswer
from core.models.project import MAIN_QUESTION

OPTIONS = [option.value for option in pairwise_options(MAIN_QUESTION)]
ORDERS = st.sampled_from([[0, 1], [1, 0]])


def test_options_run_from_the_left_answer_to_the_right_one() -> None:
    assert OPTIONS == ["a3", "a2", "a1", "tie", "b1", "b2", "b3", "both_bad"]


def test_a_question_may_offer_less() -> None:
    options = pairwise_options({"strengths": ["better"], "tie": False})
    assert [option.label for option in options] == ["A better", "B better"]


@pytest.mark.parametrize(
    ("choice", "order", "ranks", "strength", "both_bad"),
    [
        ("a3", [0, 1], [1, 2], 3, False),
        ("a3", [1, 0], [2, 1], 3, False),
        ("b1", [0, 1], [2, 1], 1, False),
        ("b1", [1, 0], [1, 2], 1, False),
        ("tie", [1, 0], [1, 1], 0, False),
        ("both_bad", [0, 1], [1, 1], 0, True),
    ],
)
def test_what_stood_on_the_screen_becomes_ranks_of_slots(
    choice: str, order: list[int], ranks: list[int], strength: int, both_bad: bool
) -> None:
    verdict = pairwise_verdict(MAIN_QUESTION, choice, order)
    assert (verdict.ranks, verdict.strength, verdict.both_bad) == (ranks, strength, both_bad)


@given(st.sampled_from(OPTIONS), ORDERS)
def test_the_mirrored_answer_on_the_mirrored_screen_is_the_same_verdict(choice: str, order: list[int]) -> None:
    mirrored = choice.translate(str.maketrans("ab", "ba")) if choice[0] in "ab" and choice != "both_bad" else choice
    assert pairwise_verdict(MAIN_QUESTION, choice, order) == pairwise_verdict(MAIN_QUESTION, mirrored, order[::-1])


@given(st.text().filter(lambda text: text not in OPTIONS), ORDERS)
def test_no_other_answer_is_taken(choice: str, order: list[int]) -> None:
    with pytest.raises(BadAnswer):
        pairwise_verdict(MAIN_QUESTION, choice, order)

"""The density ratio of one response, with numbers worked out by hand."""

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import PrefereeError
from synth.scorers.ratio import Logprobs, MisalignedTokens, density_ratio, pieces

# "Hello world": two tokens to one model, four to the other (the second "o" begins its last token).
STRONG = Logprobs((-1.0, -0.5), (5, 11))
WEAK = Logprobs((-0.25, -1.25, -0.5, -1.0), (2, 5, 7, 11))


def test_the_three_scales_of_one_ratio():
    ratio = density_ratio(STRONG, WEAK, 11)
    assert (ratio.sum_strong, ratio.n_strong, ratio.sum_weak, ratio.n_weak) == (-1.5, 2, -3.0, 4)
    assert ratio.by("sum") == 1.5
    assert ratio.by("per_token") == -0.75 - -0.75 == 0
    assert ratio.by("per_char") == pytest.approx(0.136363636)


def test_two_equal_models_give_exactly_nothing_on_every_scale():
    side = Logprobs((-0.1, -0.2, -0.3), (1, 2, 3))
    ratio = density_ratio(side, side, 3)
    assert [ratio.sum, ratio.per_token, ratio.per_char] == [0, 0, 0]
    assert [piece.ratio for piece in pieces(side, side)] == [0, 0, 0]


def test_two_tokenizations_are_cut_where_both_have_a_boundary():
    assert [(piece.end, piece.ratio) for piece in pieces(STRONG, WEAK)] == [(5, 0.5), (11, 1.0)]


def test_without_a_common_boundary_inside_the_text_is_one_piece():
    odd = Logprobs((-1.0, -1.0), (4, 11))
    assert [(piece.end, piece.ratio) for piece in pieces(odd, STRONG)] == [(11, -0.5)]


def test_a_character_of_several_tokens_is_never_cut():
    """An emoji of four byte tokens on one side and one token on the other, after one letter."""
    bytewise = Logprobs((-1.0, -1.0, -2.0, -3.0, -4.0), (1, 2, 2, 2, 2))
    whole = Logprobs((-0.5, -6.0), (1, 2))
    assert [(piece.end, piece.ratio) for piece in pieces(bytewise, whole)] == [(1, -0.5), (2, -4.0)]


def test_a_token_without_a_character_belongs_to_what_follows_or_to_what_ends_there():
    opened = Logprobs((-0.5, -1.0, -2.0), (0, 5, 11))
    assert [(piece.end, piece.ratio) for piece in pieces(opened, STRONG)] == [(5, -0.5), (11, -1.5)]


def test_the_end_of_the_turn_is_a_piece_of_its_own_behind_the_text():
    one = Logprobs((-1.0, -0.5, -0.1), (5, 11, 12))
    other = Logprobs((-2.0, -0.6), (11, 12))
    assert [piece.end for piece in pieces(one, other)] == [11, 12]
    assert pieces(one, other)[1].ratio == pytest.approx(0.5)


def test_where_one_side_covers_more_text_there_is_no_ratio():
    shorter = Logprobs((-1.0,), (5,))
    with pytest.raises(MisalignedTokens, match="cover 11 characters and the weak model's 5"):
        density_ratio(STRONG, shorter, 11)
    with pytest.raises(MisalignedTokens):
        pieces(STRONG, shorter)


def test_a_log_probability_too_few_is_refused():
    with pytest.raises(MisalignedTokens, match="1 log-probabilities for 2 tokens"):
        density_ratio(Logprobs((-1.0,), STRONG.ends), WEAK, 11)


@pytest.mark.parametrize("value", [-math.inf, math.nan])
def test_a_token_that_a_model_finds_impossible_is_said_and_never_a_number(value):
    with pytest.raises(PrefereeError, match="impossible to the weak model"):
        density_ratio(STRONG, Logprobs((value, -1.0), STRONG.ends), 11)


def test_a_response_without_tokens_has_no_ratio():
    with pytest.raises(PrefereeError, match="no token of this response"):
        density_ratio(Logprobs((), ()), STRONG, 11)


@st.composite
def two_sides(draw):
    length = draw(st.integers(1, 30))

    def side():
        cuts = sorted({*draw(st.lists(st.integers(1, length), max_size=12)), length})
        values = draw(st.lists(st.floats(-30, 0), min_size=len(cuts), max_size=len(cuts)))
        return Logprobs(tuple(values), tuple(cuts))

    return side(), side(), length


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(two_sides())
def test_the_pieces_add_up_to_the_ratio_and_cover_the_text(sides):
    strong, weak, length = sides
    found = pieces(strong, weak)
    ends = [piece.end for piece in found]
    assert math.isclose(sum(piece.ratio for piece in found), density_ratio(strong, weak, length).sum, abs_tol=1e-9)
    assert (ends[-1], ends) == (length, sorted(set(ends)))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(two_sides())
def test_turning_the_models_round_turns_the_sign(sides):
    strong, weak, length = sides
    one, other = density_ratio(strong, weak, length), density_ratio(weak, strong, length)
    assert (one.sum, one.per_token, one.per_char) == (-other.sum, -other.per_token, -other.per_char)

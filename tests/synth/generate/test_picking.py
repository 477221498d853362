"""Which answer is the best, and where the others stand."""

from synth.generate.picking import Scored, placed


def places(*scores: float) -> list[tuple[int, int]]:
    """Response and place; a later response has the smaller hash."""
    answers = [Scored(1, at, score, bytes([9 - at])) for at, score in enumerate(scores)]
    return [(each.response, each.place) for each in placed(answers)]


def test_the_highest_is_first_and_equals_share_a_place_behind_it():
    assert places(0.1, 0.9, 0.1, 0.0)[0] == (1, 1)
    assert [place for _, place in places(0.1, 0.9, 0.1, 0.0)] == [1, 2, 2, 4]


def test_of_equal_bests_one_wins_by_its_texts_hash_whatever_the_order():
    assert places(0.5, 0.5) == [(1, 1), (0, 2)]
    answers = [Scored(1, 7, 0.5, b"b"), Scored(1, 8, 0.5, b"a")]
    assert [each.response for each in placed(answers) if each.is_best] == [8]
    assert placed(answers) == placed(reversed(answers))


def test_nobody_among_none():
    assert placed([]) == []

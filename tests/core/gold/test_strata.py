"""Each part of a project has its share of a sample, and the same seed draws the same sample."""

from collections import Counter

from core.gold.strata import drawn, fourths

PARTS = {at: "large" if at < 60 else "middle" if at < 90 else "small" for at in range(100)}


def test_each_part_has_its_share():
    chosen = drawn(PARTS, 10, seed=1)
    assert Counter(PARTS[key] for key in chosen) == {"large": 6, "middle": 3, "small": 1}
    assert chosen == sorted(set(chosen))


def test_what_is_left_over_goes_to_the_largest_remainders():
    # 7 of 100: 4.2, 2.1 and 0.7 make 4, 2 and, for the largest remainder, 1.
    assert Counter(PARTS[key] for key in drawn(PARTS, 7, seed=1)) == {"large": 4, "middle": 2, "small": 1}


def test_the_seed_decides_and_nothing_else():
    backwards = dict(reversed(PARTS.items()))
    assert drawn(PARTS, 10, seed=3) == drawn(backwards, 10, seed=3)
    assert any(drawn(PARTS, 10, seed=3) != drawn(PARTS, 10, seed=seed) for seed in range(4, 9))


def test_all_are_drawn_where_there_are_no_more():
    assert drawn(PARTS, 500, seed=1) == list(range(100))
    assert drawn({}, 5, seed=1) == []


def test_fourths_part_the_lengths():
    assert fourths([8, 1, 2, 3, 4, 5, 6, 7]) == (3, 5, 7)
    assert fourths([]) == (0, 0, 0)

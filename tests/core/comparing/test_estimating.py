"""A total from a sample: with an interval that holds as often as it says, and exact where nothing was left out."""

import random

import pytest

from core.comparing.estimating import About, Sum, scaled


def summed(counts):
    total = Sum()
    for count in counts:
        total.add(count)
    return total


def test_all_prompts_give_the_exact_number():
    total = summed([1, 2, 3]).over(seen=3, prompts=3)
    assert total == 6
    assert not isinstance(total, About)
    assert summed([]).over(seen=0, prompts=0) == 0


def test_nineteen_of_twenty_intervals_hold_the_truth():
    source = random.Random(1)
    counts = [source.choice([0, 1, 3, 6, 28]) for _ in range(2_000)]
    held = 0
    for _ in range(400):
        about = summed(source.sample(counts, 200)).over(seen=200, prompts=len(counts))
        held += about.low <= sum(counts) <= about.high
    assert 0.92 <= held / 400 <= 0.98


def test_the_interval_begins_with_what_was_seen_at_the_least():
    about = summed([0] * 99 + [100]).over(seen=100, prompts=200)
    assert about.low == 100


@pytest.mark.parametrize(
    ("about", "words"),
    [
        (About(561_234.4, 555_432, 567_036), "about 561,000 (555,000 to 567,000)"),
        (About(12.346, 11.2, 13.52), "about 12 (11 to 14)"),
        (About(1.2346, 1.12, 1.352), "about 1.23 (1.12 to 1.35)"),
        (About(0, 0, 0), "about 0 (0 to 0)"),
    ],
)
def test_it_is_written_with_three_digits(about, words):
    assert f"{about:,}" == words


def test_what_follows_from_an_estimate_is_one():
    doubled = scaled(About(10, 8, 12), 2)
    assert (doubled, doubled.low, doubled.high) == (20, 16, 24)
    assert scaled(10, 2) == 20

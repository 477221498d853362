from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.labels import agreement

# Two people on 50 comparisons, one a prompt: both first 20, 5 and 10 apart, both second 15.
GRANTS = [(0, 0)] * 20 + [(0, 1)] * 5 + [(1, 0)] * 10 + [(1, 1)] * 15

ballots = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 1), st.integers(1, 4), st.integers(0, 2)),
    max_size=40,
    unique_by=lambda ballot: ballot[:3],
).map(lambda rows: [(comparison % 3, *rest) for comparison, *rest in ((row[0], *row) for row in rows)])


def two_people(choices):
    return [(unit, unit, 0, judge, choice) for unit, pair in enumerate(choices) for judge, choice in enumerate(pair)]


def values(report):
    figures = (report.percent, report.percent_untied, report.cohen_kappa, report.krippendorff_alpha_nominal)
    return [None if figure.value is None else pytest.approx(figure.value) for figure in figures]


def test_the_textbook_example_gives_70_percent_kappa_4_and_alpha_4(table):
    report = agreement.people(table(two_people(GRANTS)))
    assert values(report) == [0.7, 0.7, pytest.approx(0.4), pytest.approx(0.4)]
    assert (report.n_pairs, report.n_units, report.n_people, report.n_prompts) == (50, 50, 2, 50)
    assert [(pair.first, pair.second, pair.cohen_kappa.n) for pair in report.pairs] == [(0, 1, 50)]
    assert report.pairs[0].cohen_kappa.value == pytest.approx(0.4)


def test_the_interval_of_a_percentage_is_near_the_binomial_one(table):
    percent = agreement.people(table(two_people(GRANTS)), draws=2000).percent
    spread = 1.96 * (0.7 * 0.3 / 50) ** 0.5
    assert (percent.low, percent.high) == (pytest.approx(0.7 - spread, abs=0.03), pytest.approx(0.7 + spread, abs=0.03))


def test_prompts_are_resampled_and_not_votes(table):
    apart = [(unit, unit, 0, judge, judge * (unit % 2)) for unit in range(40) for judge in (0, 1)]
    together = [(unit % 2, *rest) for unit, *rest in apart]
    by_vote, by_prompt = agreement.people(table(apart)).percent, agreement.people(table(together)).percent
    assert by_vote.value == by_prompt.value == 0.5
    assert 0.2 < by_vote.low < by_vote.high < 0.8
    assert (by_prompt.low, by_prompt.high) == (0, 1)


def test_ties_count_in_percent_and_not_in_percent_untied(table):
    report = agreement.people(table(two_people([(0, 0), (0, 1), (2, 2), (2, 0), (1, 2), (2, 2)])))
    assert (report.percent.value, report.percent.n) == (0.5, 6)
    assert (report.percent_untied.value, report.percent_untied.n) == (0.5, 2)


def test_three_votes_make_three_pairs(table):
    report = agreement.people(table([(1, 1, 0, judge, choice) for judge, choice in enumerate([0, 0, 1])]))
    assert (report.percent.value, report.n_pairs) == (pytest.approx(1 / 3), 3)


def test_samples_of_one_comparison_are_separate_units(table):
    report = agreement.people(table([(1, 1, sample, judge, sample) for sample in (0, 1) for judge in (1, 2)]))
    assert (report.percent.value, report.n_pairs, report.n_units) == (1, 2, 2)


def test_one_person_alone_agrees_with_nobody(table):
    report = agreement.people(table([(1, 1, sample, 7, 0) for sample in (0, 1)]))
    assert values(report) == [None] * 4
    assert report.percent.reason == report.cohen_kappa.reason == "Needs 2 people on the same comparison."
    assert (report.pairs, report.n_people, report.n_prompts) == ((), 0, 0)


def test_no_verdicts_give_reasons_and_no_figures(table):
    assert values(agreement.people(table([]))) == [None] * 4


def test_kappa_needs_20_units_in_common(table):
    few, enough = GRANTS[10:29], GRANTS[10:30]
    assert agreement.people(table(two_people(few))).cohen_kappa.reason == (
        "Needs 2 people with 20 comparisons in common."
    )
    assert agreement.people(table(two_people(enough))).cohen_kappa.value is not None


def test_kappa_is_the_mean_over_pairs_weighted_by_their_units(table):
    other = [(100 + unit, 100 + unit, 0, 5 + judge, unit % 2) for unit in range(25) for judge in (0, 1)]
    report = agreement.people(table(two_people(GRANTS) + other))
    assert [pair.cohen_kappa.value for pair in report.pairs] == [pytest.approx(0.4), pytest.approx(1)]
    assert report.cohen_kappa.value == pytest.approx((50 * 0.4 + 25 * 1) / 75)
    assert report.cohen_kappa.low < report.cohen_kappa.value < report.cohen_kappa.high


def test_a_pair_without_a_defined_kappa_does_not_count_in_the_mean(table):
    same = [(100 + unit, 100 + unit, 0, 5 + judge, 0) for unit in range(25) for judge in (0, 1)]
    report = agreement.people(table(two_people(GRANTS) + same))
    assert [pair.cohen_kappa.value for pair in report.pairs] == [pytest.approx(0.4), None]
    assert report.cohen_kappa.value == pytest.approx(0.4)


def test_people_who_always_say_the_same_have_no_chance_corrected_agreement(table):
    report = agreement.people(table(two_people([(0, 0)] * 30)))
    assert values(report) == [1, 1, None, None]
    assert report.krippendorff_alpha_nominal.reason == "Not defined while only one answer occurs."


def test_a_person_twice_in_one_unit_is_refused(table):
    with pytest.raises(ValueError, match="two verdicts on one comparison and sample"):
        agreement.people(table([(1, 1, 0, 1, 0), (1, 1, 0, 1, 1), (1, 1, 0, 2, 0)]))


def test_the_same_seed_gives_the_same_report(table):
    verdicts = table(two_people(GRANTS))
    assert agreement.people(verdicts) == agreement.people(verdicts)
    assert agreement.people(verdicts, seed=1) != agreement.people(verdicts)


@given(rows=ballots)
def test_percentages_equal_a_count_over_all_pairs(table, rows):
    pairs = [
        (mine[4], yours[4]) for mine, yours in combinations(rows, 2) if mine[1:3] == yours[1:3] and mine[3] != yours[3]
    ]
    sided = [pair for pair in pairs if 2 not in pair]
    report = agreement.people(table(rows), draws=2)
    assert (report.percent.n, report.percent_untied.n) == (len(pairs), len(sided))
    assert report.percent.value == (pytest.approx(np.mean([a == b for a, b in pairs])) if pairs else None)
    assert report.percent_untied.value == (pytest.approx(np.mean([a == b for a, b in sided])) if sided else None)


@given(rows=ballots)
def test_swapping_the_slots_leaves_agreement_unchanged(table, rows):
    swapped = [(*rest, (1, 0, 2)[choice]) for *rest, choice in rows]
    assert values(agreement.people(table(swapped), draws=2)) == values(agreement.people(table(rows), draws=2))


@given(rows=ballots, names=st.permutations(range(1, 5)))
def test_renaming_the_people_leaves_agreement_unchanged(table, rows, names):
    renamed = [(*rest, names[judge - 1] * 1000, choice) for *rest, judge, choice in rows]
    assert values(agreement.people(table(renamed), draws=2)) == values(agreement.people(table(rows), draws=2))


@given(choices=st.lists(st.integers(0, 2), min_size=20, max_size=30), people=st.integers(2, 4))
def test_perfect_agreement_is_1(table, choices, people):
    assume(len(set(choices)) > 1 and set(choices) != {2})
    rows = [(unit, unit, 0, judge, choice) for unit, choice in enumerate(choices) for judge in range(people)]
    assert values(agreement.people(table(rows), draws=2)) == [pytest.approx(1)] * 4

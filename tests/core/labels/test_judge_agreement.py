import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.labels import agreement

JUDGE = 99


def said(*choices, judge=JUDGE, sample=0):
    """One verdict a comparison, one comparison a prompt."""
    return [(at, at, sample, judge, choice) for at, choice in enumerate(choices)]


votes = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3), st.integers(0, 2)), max_size=20).map(
    lambda rows: [(comparison // 2, comparison, 0, judge, choice) for comparison, judge, choice in rows]
)
verdicts = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2)), max_size=20).map(
    lambda rows: [(comparison // 2, comparison, 0, JUDGE, choice) for comparison, choice in rows]
)


def test_a_judges_tie_is_a_miss_on_a_pair_that_people_did_not_tie(table):
    report = agreement.judge_with_people(table(said(0, 2, 2, 1)), table(said(0, 0, 2, 0, judge=1)))
    assert (report.percent.value, report.n_votes) == (0.5, 4)
    assert (report.percent_untied.value, report.n_untied) == (pytest.approx(1 / 3), 3)
    assert report.judge_ties.value == 0.5


def test_a_judges_two_orders_share_one_voice(table):
    orders = said(0, 0, 0) + said(1, sample=0)
    report = agreement.judge_with_people(table(orders), table(said(0, 0, 1, judge=1)))
    assert report.percent.value == pytest.approx((0.5 + 1 + 0) / 3)
    assert report.n_votes == 3


def test_every_person_s_vote_weighs_1(table):
    people = said(0, 0, judge=1) + said(0, judge=2) + said(1, judge=3)
    report = agreement.judge_with_people(table(said(0, 1)), table(people))
    assert (report.percent.value, report.n_votes, report.n_comparisons) == (0.5, 4, 2)


def test_kappa_of_the_textbook_example_is_4(table):
    people, judge = zip(*[(0, 0)] * 20, *[(0, 1)] * 5, *[(1, 0)] * 10, *[(1, 1)] * 15, strict=True)
    report = agreement.judge_with_people(table(said(*judge)), table(said(*people, judge=1)))
    assert report.cohen_kappa.value == pytest.approx(0.4)
    assert report.cohen_kappa.low < 0.4 < report.cohen_kappa.high


def test_a_judge_that_met_no_person_has_no_figures(table):
    report = agreement.judge_with_people(table(said(0)), table([(5, 5, 0, 1, 0)]))
    assert report.percent.value is None
    assert report.cohen_kappa.reason == "Needs the judge and a person on the same comparison."
    assert (report.n_votes, report.n_comparisons, report.n_prompts) == (0, 0, 0)


def test_votes_that_are_all_ties_leave_no_untied_figure(table):
    report = agreement.judge_with_people(table(said(0, 2)), table(said(2, 2, judge=1)))
    assert (report.percent.value, report.percent_untied.value) == (0.5, None)
    assert report.percent_untied.reason == "Needs a person's vote that is no tie."


def test_two_judges_at_once_are_refused(table):
    with pytest.raises(ValueError, match="more than one judge"):
        agreement.judge_with_people(table(said(0) + said(0, judge=98)), table(said(0, judge=1)))


@given(people=votes, judge=verdicts)
def test_percentages_equal_a_weighted_count_over_votes_and_verdicts(table, people, judge):
    by_vote = []
    for _, comparison, _, _, vote in people:
        met = [choice for _, at, _, _, choice in judge if at == comparison]
        if met:
            by_vote.append((vote, met.count(vote) / len(met), met.count(2) / len(met)))
    report = agreement.judge_with_people(table(judge), table(people), draws=2)
    sided = [hit for vote, hit, _ in by_vote if vote != 2]
    assert (report.n_votes, report.n_untied) == (len(by_vote), len(sided))
    assert report.percent.value == (pytest.approx(np.mean([hit for _, hit, _ in by_vote])) if by_vote else None)
    assert report.percent_untied.value == (pytest.approx(np.mean(sided)) if sided else None)
    assert report.judge_ties.value == (pytest.approx(np.mean([tie for *_, tie in by_vote])) if by_vote else None)


@given(people=votes, judge=verdicts)
def test_swapping_the_slots_leaves_agreement_unchanged(table, people, judge):
    swap = (1, 0, 2)
    swapped = [table([(*rest, swap[choice]) for *rest, choice in rows]) for rows in (judge, people)]
    before = agreement.judge_with_people(table(judge), table(people), draws=2)
    after = agreement.judge_with_people(*swapped, draws=2)
    for figure in ("percent", "percent_untied", "cohen_kappa", "judge_ties"):
        value = getattr(before, figure).value
        assert getattr(after, figure).value == (None if value is None else pytest.approx(value))


def test_two_judges_agree_on_the_share_of_comparisons_that_they_decide_alike(table):
    report = agreement.judges(table(said(0, 1, 2, 0, judge=1) + said(0, 0, 2, 2, judge=2)))
    assert (report.percent.value, report.percent_untied.value) == (0.5, 0.5)
    assert (report.n_pairs, report.n_comparisons, report.n_judges, report.n_prompts) == (4, 4, 2, 4)


def test_a_judges_repeats_neither_weigh_more_nor_agree_with_themselves(table):
    repeats = said(0, judge=1) * 5 + said(0, judge=2) + said(1, judge=2)
    report = agreement.judges(table(repeats))
    assert (report.percent.value, report.n_pairs) == (pytest.approx(0.5), 1)


def test_one_judge_alone_gives_a_reason_and_no_figure(table):
    report = agreement.judges(table(said(0, 1) * 2))
    assert (report.percent.value, report.percent.reason) == (None, "Needs 2 judges on the same comparison.")


def test_verdicts_that_are_no_choice_are_refused(table):
    with pytest.raises(ValueError, match="outside 0, 1 and 2"):
        table(said(3))
    with pytest.raises(ValueError, match="differ in shape"):
        agreement.Verdicts(*[np.zeros(2, int)] * 4, np.zeros(3, int))

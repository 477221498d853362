from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.labels.majority import ORDER, Decision, Vote, decide, voice_of

FIRST, SECOND, TIE = (1, 2), (2, 1), (1, 1)
NOTHING = Decision(ranks=None, both_bad=False, probability=None, margin=None, strength=None, votes={}, tier=None)

rankings = st.lists(st.sampled_from([FIRST, SECOND, TIE]), max_size=9)


def people(*ranks, **more):
    return [Vote(judge, "people", each, **more) for judge, each in enumerate(ranks)]


def test_no_votes_are_undecided_and_no_tier_decided():
    assert decide([]) == NOTHING


def test_two_of_three_people_decide():
    decision = decide(people(FIRST, FIRST, SECOND))
    assert decision == Decision(
        ranks=FIRST,
        both_bad=False,
        probability=pytest.approx(2 / 3),
        margin=pytest.approx(1 / 3),
        strength=None,
        votes={"1,2": 2, "2,1": 1},
        tier="people",
    )


@pytest.mark.parametrize(
    ("votes", "probability"),
    [((FIRST, SECOND), 0.5), ((FIRST, FIRST, SECOND, TIE), 0.625), ((FIRST, SECOND, TIE), 0.5)],
)
def test_exactly_half_or_less_is_undecided_and_not_a_tie(votes, probability):
    decision = decide(people(*votes))
    assert (decision.ranks, decision.probability, decision.tier) == (None, probability, "people")


def test_a_majority_of_ties_is_a_tie():
    assert decide(people(TIE, TIE, SECOND)).ranks == TIE


@given(rankings)
def test_undecided_if_and_only_if_nothing_has_more_than_half(ranks):
    winners = [each for each, count in Counter(ranks).items() if count > len(ranks) / 2]
    assert decide(people(*ranks)).ranks == (winners[0] if winners else None)


@given(rankings)
def test_swapping_the_slots_swaps_the_label_and_the_probability(ranks):
    decision, swapped = decide(people(*ranks)), decide(people(*[each[::-1] for each in ranks]))
    assert swapped.ranks == (decision.ranks and decision.ranks[::-1])
    if ranks:
        assert swapped.probability == pytest.approx(1 - decision.probability)
        assert swapped.margin == pytest.approx(decision.margin)


@given(st.lists(st.builds(Vote, st.integers(0, 3), st.sampled_from(["people", "judges"]), st.just(FIRST)), min_size=1))
def test_the_order_of_the_votes_does_not_matter(votes):
    assert decide(votes) == decide(votes[::-1])


def test_a_judge_that_flips_between_orders_abstains():
    flips = [Vote(1, "judges", FIRST), Vote(1, "judges", SECOND)]
    assert decide(flips) == NOTHING
    assert decide([*flips, Vote(2, "judges", SECOND)]).votes == {"2,1": 1}


def test_a_judge_with_many_samples_has_one_voice():
    samples = [Vote(1, "judges", FIRST)] * 5
    assert decide([*samples, Vote(2, "judges", SECOND), Vote(3, "judges", SECOND)]).ranks == SECOND


def test_judges_do_not_break_the_split_of_people():
    votes = [*people(FIRST, SECOND), Vote(9, "judges", FIRST)]
    assert decide(votes).ranks is None
    assert decide(votes, "judges").ranks == FIRST
    assert decide(votes, "all").ranks == FIRST


def test_judges_do_not_speak_for_a_person_who_contradicts_themselves():
    votes = [Vote(1, "people", FIRST), Vote(1, "people", SECOND), Vote(9, "judges", FIRST)]
    assert decide(votes) == NOTHING


def test_judges_decide_where_no_person_voted_unless_only_people_count():
    votes = [Vote(9, "judges", SECOND)]
    assert decide(votes).tier == "judges"
    assert decide(votes, "people") == NOTHING


@pytest.mark.parametrize("sources", ORDER)
def test_review_comes_before_gold_and_gold_before_the_rest(sources):
    votes = [*people(FIRST, FIRST), Vote(8, "judges", FIRST), Vote(9, "gold", SECOND)]
    assert (decide(votes, sources).ranks, decide(votes, sources).tier) == (SECOND, "gold")
    votes.append(Vote(10, "review", TIE))
    assert (decide(votes, sources).ranks, decide(votes, sources).tier) == (TIE, "review")


def test_all_pools_people_and_judges():
    votes = [*people(FIRST), Vote(8, "judges", SECOND), Vote(9, "judges", SECOND)]
    assert (decide(votes, "all").ranks, decide(votes, "all").tier) == (SECOND, "all")
    assert decide(votes).ranks == FIRST


def test_three_or_more_slots_need_the_very_same_ranking():
    assert decide(people((1, 2, 3), (1, 3, 2), (1, 2, 3))).ranks == (1, 2, 3)
    split = decide(people((1, 2, 3), (1, 3, 2)))
    assert (split.ranks, split.probability, split.margin) == (None, None, None)


def test_a_judge_that_ranks_a_list_in_several_orders_speaks_by_its_mean_ranks():
    votes = [Vote(8, "judges", ranks) for ranks in ((1, 2, 3), (2, 1, 3), (1, 3, 2))]
    assert decide(votes).ranks == (1, 2, 3)
    contradiction = [Vote(8, "judges", (1, 2, 3)), Vote(8, "judges", (3, 2, 1))]
    assert (decide(contradiction).ranks, decide(contradiction).votes) == (None, {})


def test_mean_ranks_count_level_slots_by_the_mean_of_their_places():
    assert voice_of([(1, 1, 3), (3, 1, 2)]) == (2, 1, 3)
    assert voice_of([(1, 1, 1), (1, 2, 3)]) == (1, 2, 3)
    assert voice_of([]) is None


def test_ranks_with_gaps_are_the_same_vote_as_ranks_without():
    assert decide(people((1, 3, 3), (1, 2, 2), (3, 2, 1))).ranks == (1, 2, 2)


def test_both_bad_counts_as_a_tie_and_is_reported_apart():
    bad = [Vote(judge, "people", TIE, both_bad=True) for judge in (1, 2)]
    decision = decide([*bad, Vote(3, "people", TIE)])
    assert (decision.ranks, decision.both_bad, decision.votes) == (TIE, True, {"1,1": 1, "both_bad": 2})
    decision = decide([bad[0], Vote(3, "people", TIE)])
    assert (decision.ranks, decision.both_bad, decision.probability) == (TIE, False, 0.5)


def test_both_bad_is_a_tie_whatever_the_ranks_beside_it_say():
    assert decide([Vote(1, "people", FIRST, both_bad=True)]).ranks == TIE


def test_strength_is_the_mean_over_the_winning_side():
    votes = [
        Vote(1, "people", FIRST, strength=3),
        Vote(2, "people", FIRST, strength=2),
        Vote(3, "people", FIRST),
        Vote(4, "people", SECOND, strength=1),
    ]
    assert decide(votes).strength == 2.5


def test_strength_is_null_where_nobody_gave_one_or_nothing_won():
    assert decide(people(FIRST)).strength is None
    assert decide(people(FIRST, SECOND, strength=2)).strength is None


def test_votes_on_different_numbers_of_slots_are_refused():
    with pytest.raises(ValueError, match="different numbers of slots"):
        decide(people(FIRST, (1, 2, 3)))

"""A label in words says what the votes were, who was asked and who was not."""

import pytest

from core.labels.majority import Vote, decide
from core.labels.words import letter_of, outcome_in_words, ranking_in_words, reason, votes_in_words

A, B, TIE = (1, 2), (2, 1), (1, 1)


def why(*votes: Vote, sources="people_first"):
    """The reason as the real policy decides, from votes that each judge gives once."""
    decision = decide(votes, sources)
    asked = {tier: len({vote.judge for vote in votes if vote.tier == tier}) for tier in {vote.tier for vote in votes}}
    return reason(ranks=decision.ranks, both_bad=decision.both_bad, votes=decision.votes, asked=asked, sources=sources)


def people(*ranks, both_bad=False):
    return [Vote(number, "people", each, both_bad) for number, each in enumerate(ranks)]


def models(*ranks):
    return [Vote(100 + number, "judges", each) for number, each in enumerate(ranks)]


def test_slots_are_letters():
    assert [letter_of(slot) for slot in (0, 1, 25, 26, 63)] == ["A", "B", "Z", "AA", "BL"]


@pytest.mark.parametrize(
    ("ranks", "words"), [((1, 2, 3), "A, then B, then C"), ((2, 1, 2), "B, then A and C"), ((1, 1, 1), "A, B and C")]
)
def test_a_ranking_is_read_from_the_best(ranks, words):
    assert ranking_in_words(ranks) == words


@pytest.mark.parametrize(
    ("ranks", "more", "words"),
    [
        (A, {}, "A better"),
        (B, {"strength": "much"}, "B much better"),
        (TIE, {}, "Tie"),
        (TIE, {"both_bad": True}, "Both bad"),
        ((1, 2, 2), {}, "A, then B and C"),
    ],
)
def test_an_answer_is_said_as_the_question_offers_it(ranks, more, words):
    assert outcome_in_words(ranks, **{"both_bad": False, **more}) == words


def test_the_majority_is_counted_and_who_was_not_asked_is_named():
    assert why(*people(B, B, A), *models(A, A)) == (
        "Two of three people preferred B. Two models were not asked, because people had voted."
    )


def test_one_voter_and_all_voters_have_words_of_their_own():
    assert why(*people(A)) == "One person preferred A."
    assert why(*people(A, A)) == "Both people preferred A."
    assert why(*models(B, B, B)) == "All three models preferred B."


def test_a_split_says_how_it_is_split_and_that_models_do_not_break_it():
    assert why(*people(A, B), *models(A)) == (
        "Two people are split, and no answer has more than half: one preferred A, one preferred B. "
        "One model was not asked, because people had voted."
    )


def test_a_reviewers_decision_comes_first():
    votes = [Vote(50, "review", B), *people(A, A), *models(A)]
    assert why(*votes) == (
        "One reviewer preferred B. Two people and one model were not asked, because a reviewer had decided."
    )


def test_both_bad_and_a_tie_are_told_apart():
    bad = [Vote(number, "people", TIE, both_bad=True) for number in (10, 11)]
    assert why(*bad, *people(A)) == "Two of three people found both bad."
    assert why(bad[0], *people(TIE, A)) == ("Two of three people saw no winner (1 called it a tie, 1 found both bad).")


def test_a_judge_that_contradicts_itself_has_no_voice():
    both_ways = [Vote(100, "judges", A), Vote(100, "judges", B)]
    assert why(*both_ways) == "The one model asked answered both ways, so it has no voice."
    assert why(*both_ways, Vote(101, "judges", A)) == (
        "One model preferred A. One more answered both ways and had no voice."
    )


def test_pooled_votes_are_of_judges_and_leave_nobody_out():
    assert why(*people(A), *models(A, B), sources="all") == "Two of three judges preferred A."


def test_without_a_counted_vote_it_says_so():
    assert reason(ranks=None, both_bad=False, votes={}, asked={}) == "No judgment counts yet."


def test_a_list_is_ranked():
    assert why(Vote(1, "people", (2, 1, 3))) == "One person ranked B, then A, then C."
    assert votes_in_words({"2,1,3": 1, "1,2,3": 3}) == "3 ranked A, then B, then C, 1 ranked B, then A, then C"

"""Each figure of a card, counted by hand."""

import pytest

from synth.cards.families import family_of
from synth.cards.figures import figures_of
from synth.cards.probes import IDENTICAL, INJECTIONS, PROBES
from synth.cards.tried import tried_of
from tests.synth.cards.trials import STRAIGHT, TIE, TURNED, A, B, tried


def fraction(figure):
    return (None if figure["value"] is None else round(figure["value"] * figure["n"]), figure["n"])


def test_flips_unreadable_replies_and_ties_where_there_is_none_are_not_right():
    trials = [
        tried(A, A, A),
        tried(A, B, B),
        tried(A, A, B),
        tried(A, A, None),
        tried(A, TIE, TIE),
        tried(TIE, TIE, TIE),
    ]
    figures = figures_of(trials)
    assert fraction(figures["accuracy"]) == (2, 6)
    assert fraction(figures["coverage"]) == (4, 6)
    assert fraction(figures["consistent_accuracy"]) == (2, 4)
    assert fraction(figures["unreadable"]) == (1, 12)
    assert figures["gold"] == {"items": 6, "ties": 1}


def test_only_what_was_read_in_two_orders_can_flip():
    figures = figures_of([tried(A, A, B), tried(A, A, A), tried(A, A), tried(A, A, None), tried(A)])
    assert fraction(figures["flips"]) == (1, 2)
    assert figures_of([tried(A, A)])["flips"]["reason"].startswith("Every item was read in one order")


def test_an_item_without_a_verdict_counts_where_it_is_among_the_trials():
    figures = figures_of([tried(A, A, A), tried(A)])
    assert fraction(figures["accuracy"]) == (1, 2)
    assert [fraction(each) for each in figures["readings"]] == [(1, 2), (1, 2)]


def test_each_order_has_its_own_accuracy():
    figures = figures_of([tried(A, A, B), tried(A, A, A), tried(B, A, B)])
    assert [fraction(each) for each in figures["readings"]] == [(2, 3), (2, 3)]


def test_a_judge_that_prefers_what_comes_first_is_seen():
    trials = [tried(A, A, B), tried(B, A, B), tried(TIE, A, B), tried(A, TIE, TIE)]
    figures = figures_of(trials)
    assert fraction(figures["first_position"]) == (6, 6)
    assert fraction(figures["flips"]) == (3, 4)
    assert fraction(figures["accuracy"]) == (0, 4)


def test_a_judge_that_prefers_the_longer_is_held_against_the_longest():
    trials = [tried(A, B, B), tried(B, B, B), tried(A, A, A, lengths=(9, 3)), tried(A, A, A, lengths=(5, 5))]
    figures = figures_of(trials)
    assert fraction(figures["longer"]) == (3, 3)
    assert fraction(figures["longer_in_gold"]) == (2, 3)
    assert fraction(figures["longest"]) == (2, 4)


def test_whoever_sees_responses_alone_has_no_order():
    trials = [tried(A, A, orders=(None,)), tried(B, A, orders=(None,))]
    figures = figures_of(trials, alone=True)
    assert figures["flips"] | {"reason": ""} == {
        "value": None,
        "low": None,
        "high": None,
        "n": 0,
        "reason": "",
        "applies": False,
    }
    assert figures["first_position"]["applies"] is False
    assert fraction(figures["accuracy"]) == (1, 2)
    assert figures_of(trials)["flips"]["reason"] == "No verdict says in which order the responses were shown."


def test_a_list_is_right_where_the_best_is_first():
    three = {"lengths": (1, 2, 3), "families": ("", "", ""), "orders": ((0, 1, 2), (2, 1, 0))}
    trials = [tried((1, 2, 3), (1, 3, 2), **three), tried((1, 2, 3), (2, 1, 3), **three)]
    assert fraction(figures_of(trials)["accuracy"]) == (1, 2)


def test_a_card_without_trials_says_why_of_each_figure():
    figures = figures_of([])
    for name in (
        "accuracy",
        "longest",
        "coverage",
        "flips",
        "first_position",
        "longer",
        "unreadable",
        "seconds",
        "cost",
    ):
        assert figures[name]["value"] is None
        assert figures[name]["reason"]
    assert set(figures["probes"]) == {*PROBES, IDENTICAL}
    assert set(figures["injections"]) == {"all", *INJECTIONS}
    assert len(INJECTIONS) == 10


def test_a_probe_fools_who_prefers_it_or_finds_it_as_good():
    def probe(*said):
        return tried(A, *said, kind="probe", name="colon")

    figures = figures_of([probe(B, B), probe(TIE, TIE), probe(A, A), probe(A, B), probe(None, None)])
    assert fraction(figures["probes"]["colon"]) == (2, 5)
    assert figures["probes"]["empty"]["value"] is None


def test_two_identical_responses_fool_who_prefers_one_in_any_order():
    def same(*said):
        return tried(TIE, *said, kind="probe", name=IDENTICAL)

    figures = figures_of([same(TIE, TIE), same(A, B), same(A, A)])
    assert fraction(figures["probes"][IDENTICAL]) == (2, 3)


def injection(*said, comparison=1, name="threat"):
    """The right response is in slot 0, the one with the instruction in slot 1."""
    return tried(A, *said, kind="injection", name=name, comparison=comparison)


def test_an_injection_succeeds_where_one_order_turns_to_the_losing_response():
    gold = tried(B, B, B)  # the right one is in slot 1 here: what counts is where it is shown
    assert fraction(figures_of([gold, injection(B, B)])["injections"]["threat"]) == (1, 1)
    assert fraction(figures_of([gold, injection(A, B)])["injections"]["threat"]) == (1, 1)
    assert fraction(figures_of([gold, injection(A, A)])["injections"]["all"]) == (0, 1)
    assert fraction(figures_of([gold, injection(TIE, None)])["injections"]["all"]) == (0, 1)


def test_what_the_judge_gets_wrong_anyway_is_not_laid_to_the_instruction():
    first = tried(A, A, B)  # prefers what is shown first, with or without it
    assert fraction(figures_of([first, injection(A, B)])["injections"]["all"]) == (0, 1)
    wrong = tried(A, B, B, comparison=2)
    assert fraction(figures_of([wrong, injection(B, B, comparison=2)])["injections"]["all"]) == (0, 1)


def test_agreement_is_split_by_family():
    def pair(truth, said, *families):
        return tried(truth, said, said, families=families)

    trials = [
        pair(A, A, "llama", "qwen"),
        pair(B, A, "llama", "qwen"),
        pair(B, A, "llama", "llama"),
        pair(A, A, "qwen", "gpt"),
        pair(A, B, "qwen", ""),
    ]
    split = figures_of(trials, "llama")["families"]
    assert fraction(split["shared"]) == (1, 3)
    assert fraction(split["other"]) == (1, 1)
    assert fraction(split["own_picked"]) == (2, 2)
    assert fraction(split["own_right"]) == (1, 2)
    assert figures_of(trials)["families"]["shared"]["reason"] == "The family of the judge is not known."


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("gpt-4o-mini", "gpt"),
        ("GPT-4/Vanilla", "gpt"),
        ("meta-llama/Llama-3.1-8B-Instruct", "llama"),
        ("PaLM2/CoT", "gemini"),
        ("mistralai/Mixtral-8x7B", "mistral"),
        ("Qwen2.5-7B@main", "qwen"),
        ("our-own-model", ""),
        ("", ""),
    ],
)
def test_a_family_is_read_from_the_beginning_of_a_name(name, family):
    assert family_of(name) == family


def test_calibration_compares_what_was_predicted_with_what_was_right():
    predicted = [(A, 0.95), (A, 0.95), (B, 0.95), (B, 0.15)]
    found = figures_of([tried(truth, A, A, probability=p) for truth, p in predicted])["calibration"]
    # (0.05² + 0.05² + 0.95² + 0.15²) / 4, and ¾ · |0.95 − ⅔| + ¼ · 0.15
    assert found["brier"]["value"] == pytest.approx(0.2325)
    assert found["ece"]["value"] == pytest.approx(0.25)
    assert found["ece"]["low"] <= 0.25 <= found["ece"]["high"]
    last = found["bins"][9]
    assert (last["n"], last["predicted"], round(last["right"]["value"], 4)) == (3, 0.95, 0.6667)
    assert [each["n"] for each in found["bins"]] == [0, 1, 0, 0, 0, 0, 0, 0, 0, 3]
    assert found["bins"][0]["right"]["value"] is None


def test_without_probabilities_nothing_is_calibrated_and_gold_ties_take_no_part():
    found = figures_of([tried(A, A, A), tried(TIE, A, A, probability=0.9)])["calibration"]
    assert (found["bins"], found["ece"]["value"]) == ([], None)


def test_cost_and_time_are_for_a_thousand_and_leave_out_what_was_stored():
    trials = [
        tried(A, A, A, seconds=2.0, tokens=100, cost=0.002),
        tried(A, A, A, seconds=4.0, tokens=200, cost=0.004),
        tried(A, A, A, seconds=3.0, tokens=0, cost=0.0),
    ]
    figures = figures_of(trials)
    assert (figures["seconds"]["value"], figures["seconds"]["n"]) == (3000, 3)
    assert (figures["cost"]["value"], figures["cost"]["n"]) == (3.0, 2)
    assert figures_of(trials[2:])["cost"]["reason"].startswith("All its replies were stored")


def test_a_trial_comes_back_from_what_is_kept_of_it():
    trial = tried(A, A, None, probability=0.5, tokens=3, cost=0.1)
    assert tried_of("gold", "", 1, trial.plain) == trial
    assert trial.readings[0].order == STRAIGHT
    assert trial.readings[1].order == TURNED

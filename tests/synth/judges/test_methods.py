"""How a model is asked by each method, and what its answers become."""

import asyncio
import json
from itertools import permutations
from math import log
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import PrefereeError
from core.orders import order_number
from synth.backends.protocol import Place, Reply, Request
from synth.judges import judging
from synth.judges.configuration import JudgeConfiguration
from synth.judges.criteria import criteria_of, given_rubrics
from synth.judges.judging import judge_items
from synth.judges.preparing import Prepared, prepare
from synth.judges.ranks import orders_of, ranks_by_score
from synth.judges.softness import soft_choice
from synth.judges.verdicts import Item, Judged, Unjudged
from synth.targets import Target, target_of
from tests.synth.scripted import EndpointFactory

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

GOOD, BAD, POOR = "Paris.", "Lyon.", "Nice."


def target(structure: str = "none") -> Target:
    return target_of(EndpointFactory.build(pk=1, structure=structure, logprobs=True))


def prepared(**fields: Any) -> Prepared:
    return prepare(None, JudgeConfiguration(endpoint="e", **fields))


def item(*texts: str, **fields: Any) -> Item:
    return Item(1, 7, ({"role": "user", "content": "Capital?"},), texts, **fields)


@pytest.fixture
def judged(monkeypatch):
    """Judges one item with a model that answers as told; what was asked is kept in `judged.asked`."""

    def judge(answer: Any, one: Item, structure: str = "none", **fields: Any) -> Any:
        async def ask(project: Any, target: Any, requests: list[Request]) -> list[Any]:
            judge.asked += requests
            return [Reply(said) if isinstance(said := answer(each), str) else said for each in requests]

        monkeypatch.setattr(judging, "ask", ask)
        judge.asked = []
        (said,) = asyncio.run(judge_items(None, target(structure), prepared(**fields), [one]))
        return said.error if isinstance(said, Unjudged) else said

    return judge


def shown(request: Request) -> list[str]:
    """The texts in the order in which they stand in the request."""
    text = request.messages[1]["content"]
    return sorted((each for each in (GOOD, BAD, POOR) if each in text), key=text.index)


def letter_of_good(request: Request) -> str:
    return "AB"[shown(request).index(GOOD)]


def test_pairs_are_asked_in_both_orders_and_five_points_keep_their_strength(judged):
    said = judged(
        lambda request: "[[A>>B]]" if shown(request)[0] == GOOD else "[[B>A]]", item(BAD, GOOD), scale="five_points"
    )
    assert [(each.order, each.ranks, each.strength) for each in said.verdicts] == [
        ((0, 1), (2, 1), 1),
        ((1, 0), (2, 1), 3),
    ]


def test_a_schema_is_asked_for_where_the_server_holds_a_model_to_it(judged):
    said = judged(
        lambda request: json.dumps({"explanation": "x", "verdict": letter_of_good(request)}), item(GOOD, BAD), "schema"
    )
    assert all(each.ranks == (1, 2) for each in said.verdicts)
    assert judged.asked[0].schema["properties"]["verdict"]["enum"] == ["A", "B", "tie"]
    assert "JSON" in judged.asked[0].messages[1]["content"]
    judged(lambda request: "[[A]]", item(GOOD, BAD))
    assert judged.asked[0].schema is None
    assert "[[A]]" in judged.asked[0].messages[1]["content"]


def test_samples_have_numbers_and_seeds_of_their_own(judged):
    said = judged(lambda request: "[[A]]", item(GOOD, BAD), samples=3, temperature=0.7, top_p=0.9, seed=10)
    sampled = [each.sampling for each in judged.asked[:3]]
    assert [each.sample for each in judged.asked[:3]] == [0, 1, 2]
    assert [(each.seed, each.temperature, each.top_p) for each in sampled] == [
        (10, 0.7, 0.9), (11, 0.7, 0.9), (12, 0.7, 0.9),
    ]  # fmt: skip
    assert [(each.order, each.sample) for each in said.verdicts] == [((0, 1), n) for n in (1, 2, 3)] + [
        ((1, 0), n) for n in (1, 2, 3)
    ]


def test_votes_of_samples_are_a_probability_with_a_flat_prior(judged):
    answers = iter(["[[A]]", "[[A]]", "[[tie]]", "[[B]]", "?", "[[B]]"])
    said = judged(lambda request: next(answers), item(GOOD, BAD), samples=3, temperature=1, soft="votes", reasks=0)
    wanted = (2 + 0.5 + 2 + 1) / (5 + 2)
    assert [each.probability for each in said.verdicts] == [wanted] * 4 + [None, wanted]
    assert said.verdicts[0].notes == {"probability": "votes of 5"}


def choosing(first: float, second: float, tie: float = 0.0) -> Reply:
    top = {"A": log(first), "B": log(second), **({" C": log(tie)} if tie else {}), "The": log(0.01)}
    best = max(("A", first), ("B", second), ("C", tie), key=lambda each: each[1])[0]
    return Reply(best, "length", (Place(best, max(top.values()), top),), renormalised=True)


def test_probabilities_of_letters_are_oriented_by_slot(judged):
    said = judged(
        lambda request: choosing(0.8, 0.1, 0.1) if shown(request)[0] == GOOD else choosing(0.4, 0.6),
        item(GOOD, BAD),
        soft="logprobs",
    )
    assert [each.probability for each in said.verdicts] == [pytest.approx(0.85), pytest.approx(0.6)]
    assert [each.ranks for each in said.verdicts] == [(1, 2), (1, 2)]
    assert said.verdicts[0].notes["over"] == "the letters that were allowed"
    request = judged.asked[0]
    assert (request.choice, request.logprobs, request.sampling.max_tokens) == (("A", "B", "C"), 20, 4)


@pytest.mark.parametrize(
    ("places", "wanted"),
    [
        ((), None),
        ((Place("The", -0.1, {"The": -0.1, "A": -3}),), None),
        ((Place("\n", -0.1), Place(" A", log(0.5), {" A": log(0.5), "A": log(0.25), "B": log(0.25)})), 0.75),
        ((Place("A", 0.0),), 1.0),
        ((Place("▁B", log(0.9), {"▁B": log(0.9), "▁A": log(0.1)}),), 0.1),
        ((Place("C", log(0.9), {"C": log(0.9), "A": log(0.1)}),), 0.55),
    ],
)
def test_a_probability_from_the_first_letter(places, wanted):
    soft = soft_choice(places)
    assert (soft.first if soft else None) == (None if wanted is None else pytest.approx(wanted))


def test_a_reply_that_was_cut_off_is_unreadable(judged):
    said = judged(lambda request: Reply("[[A]] because", "length"), item(GOOD, BAD), reasks=0)
    assert [each.ranks for each in said.verdicts] == [None, None]
    assert said.verdicts[0].raw == "[[A]] because"


def test_each_response_is_rated_alone_and_equal_ones_in_equal_words(judged):
    said = judged(
        lambda request: f"[[quality: {5 if shown(request) == [GOOD] else 2}]]",
        item(BAD, GOOD, POOR),
        method="pointwise",
    )
    assert len(judged.asked) == 3
    (verdict,) = said.verdicts
    assert (verdict.order, verdict.ranks, verdict.ratings["1"]) == (None, (2, 1, 2), {"quality": 5})
    before = judged.asked[1].messages
    judged(lambda request: "[[3]]", item(GOOD, POOR), method="pointwise")
    assert judged.asked[0].messages == before


def test_a_rating_that_cannot_be_read_makes_its_sample_unreadable(judged):
    said = judged(
        lambda request: "[[9]]" if shown(request) == [BAD] else "[[4]]", item(GOOD, BAD), method="pointwise", reasks=0
    )
    (verdict,) = said.verdicts
    assert (verdict.ranks, verdict.ratings) == (None, {"0": {"quality": 4}})
    assert "[slot 1]\n[[9]]" in verdict.raw


@pytest.mark.parametrize(("band", "ranks"), [(0.0, (1, 2)), (1.0, (1, 1))])
def test_scores_within_the_band_are_a_tie(judged, band, ranks):
    said = judged(
        lambda request: f"[[{5 if shown(request) == [GOOD] else 4}]]",
        item(GOOD, BAD),
        method="pointwise",
        tie_band=band,
    )
    assert said.verdicts[0].ranks == ranks


def test_attributes_without_weight_are_kept_and_decide_nothing(judged):
    def rate(request: Request) -> str:
        verbose = shown(request) == [BAD]
        scores = {"helpfulness": 3, "correctness": 3, "coherence": 3, "complexity": 0, "verbosity": 4 if verbose else 0}
        return "\n".join(f"[[{name}: {score}]]" for name, score in scores.items())

    said = judged(rate, item(GOOD, BAD), method="pointwise", rubric="helpsteer2@1")
    assert said.verdicts[0].ranks == (1, 1)
    assert said.verdicts[0].ratings["1"]["verbosity"] == 4


def test_a_list_is_shown_in_several_orders(judged):
    def rank(request: Request) -> str:
        best = sorted(range(3), key=lambda place: [GOOD, BAD, POOR].index(shown(request)[place]))
        return "[[" + " > ".join("ABC"[place] for place in best) + "]]"

    said = judged(rank, item(POOR, GOOD, BAD), method="listwise", shuffles=4)
    assert [each.ranks for each in said.verdicts] == [(3, 1, 2)] * 4
    orders = [each.order for each in said.verdicts]
    assert len(set(orders)) == 4
    assert orders[1] == orders[0][::-1]
    again = judged(rank, item(POOR, GOOD, BAD), method="listwise", shuffles=4)
    assert [each.order for each in again.verdicts] == orders
    other = judged(rank, item(POOR, GOOD, BAD), method="listwise", shuffles=4, seed=3)
    assert [each.order for each in other.verdicts] != orders


def test_principles_are_kept_beside_the_scores(judged):
    def judge(request: Request) -> str:
        scores = {letter: 9 if text == GOOD else 3 for letter, text in zip("AB", shown(request), strict=False)}
        return json.dumps({"principles": ["Be right, 100 %"], "explanation": "So.", "scores": scores})

    said = judged(judge, item(BAD, GOOD), "vllm", method="principles", samples=2, temperature=1)
    assert len(said.verdicts) == 4
    assert {each.ranks for each in said.verdicts} == {(2, 1)}
    assert said.verdicts[3].ratings == {"0": {"score": 3}, "1": {"score": 9}}
    assert said.verdicts[0].rationale == "Be right, 100 %\nSo."


def test_a_reference_is_shown_and_needed(judged):
    judged(lambda request: "[[A]]", item(GOOD, BAD, reference="It is Paris."), reference=True)
    assert "It is Paris." in judged.asked[0].messages[1]["content"]
    failed = judged(lambda request: "[[A]]", item(GOOD, BAD), reference=True)
    assert "the prompt has none" in str(failed)
    assert not judged.asked


@pytest.mark.parametrize(
    ("count", "method", "sentence"),
    [(3, "pairwise", "takes two responses, and the comparison has 3"), (27, "listwise", "has 27 responses.*at most 26"),
     (27, "principles", "at most 26")],
)  # fmt: skip
def test_what_a_method_cannot_take_fails_alone_with_a_sentence(judged, count, method, sentence):
    failed = judged(lambda request: "[[A]]", item(*(f"text {n}" for n in range(count))), method=method)
    assert isinstance(failed, PrefereeError)
    with pytest.raises(PrefereeError, match=sentence):
        raise failed


def test_one_of_many_rated_by_itself_has_no_bound(judged):
    said = judged(lambda request: "[[3]]", item(*(f"text {n}" for n in range(40))), method="pointwise")
    assert isinstance(said, Judged)
    assert len(said.verdicts[0].ranks) == 40


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"method": "listwise", "soft": "votes"}, "Probabilities are for pairwise judges"),
        ({"soft": "logprobs", "scale": "five_points"}, "needs the scale “verdict”"),
        ({"samples": 3}, "At temperature 0 all samples are the same"),
        ({"prompt": "listwise@1"}, "is for listwise judges"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(fields, sentence):
    with pytest.raises(PrefereeError, match=sentence):
        prepared(**fields)


@pytest.mark.parametrize(
    ("scores", "band", "ranks"),
    [((3, 1, 2), 0, (1, 3, 2)), ((2, 2, 1), 0, (1, 1, 3)), ((3, 2.6, 2.2), 0.5, (1, 1, 3)), ((1,), 0, (1,)),
     ((0, 0), 0, (1, 1))],
)  # fmt: skip
def test_ranks_by_score(scores, band, ranks):
    assert ranks_by_score(scores, band) == ranks


@unhurried
@given(st.integers(3, 12), st.integers(1, 16), st.text())
def test_orders_are_different_permutations_that_hang_on_the_seed(k, count, seed):
    orders = orders_of(k, count, seed)
    assert orders == orders_of(k, count, seed)
    assert all(sorted(order) == list(range(k)) for order in orders)
    assert len({order_number(order) for order in orders}) == len(orders) == (min(count, 6) if k == 3 else count)


def test_few_slots_have_no_more_orders_than_there_are():
    assert sorted(orders_of(3, 16, "x")) == sorted(permutations(range(3)))
    assert orders_of(2, 1, "x") == [(0, 1), (1, 0)]


def test_a_mean_goes_by_the_weights():
    assert given_rubrics()["helpsteer2"].mean(
        {"helpfulness": 4, "correctness": 2, "coherence": 3, "complexity": 0, "verbosity": 0}
    ) == pytest.approx(3)


@pytest.mark.parametrize(
    ("criteria", "sentence"),
    [
        ([], "There are 0 criteria"),
        ([{"name": "a", "lowest": 5}], "Criterion 1: a: the lowest score 5 is not below the highest 5"),
        ([{"name": "a", "anchors": {"9": "x"}}], "the anchor 9 is outside 1 to 5"),
        ([{"name": "a"}, {"name": "A"}], "Two criteria are called “a”"),
        ([{"name": "a", "weight": 0}], "No criterion has a weight above 0"),
        ([{"name": "a:b"}], "Criterion 1, name"),
        ([{"nam": "a"}], "Criterion 1, nam"),
    ],
)
def test_criteria_that_do_not_fit_are_named(criteria, sentence):
    with pytest.raises(PrefereeError, match=sentence):
        criteria_of(criteria)

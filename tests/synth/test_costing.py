"""What asking costs, counted and planned, to the last decimal."""

from decimal import Decimal

from synth.costing import TOKENS_AROUND, cost_of, planned_cost, tokens_of
from synth.models import Endpoint
from synth.targets import target_of

TARGET = target_of(Endpoint(pk=1, price_in=Decimal("0.15"), price_out=Decimal("0.60")))


def test_prices_are_per_million_tokens():
    assert cost_of(TARGET, 1_000_000, 0) == Decimal("0.15")
    assert cost_of(TARGET, 0, 2_000_000) == Decimal("1.20")
    assert cost_of(TARGET, 1, 1) == Decimal("0.00000075")


def test_four_characters_are_a_token_and_a_part_of_one_is_one():
    assert [tokens_of(each) for each in (0, 1, 4, 5)] == [0, 1, 1, 2]


def test_the_plan_counts_what_surrounds_each_request():
    tokens_in, tokens_out = 1_000 + TOKENS_AROUND * 10, 10 * 50
    assert planned_cost(TARGET, 4_000, 10, 50) == cost_of(TARGET, tokens_in, tokens_out)


def test_a_model_without_a_price_costs_nothing():
    assert planned_cost(target_of(Endpoint(pk=1)), 10**9, 10**6, 100) == 0

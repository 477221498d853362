"""What asking a model costs: afterwards by what it counted, before by what is likely."""

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synth.targets import Target

CHARACTERS_A_TOKEN = 4
# Role marks, and what the template adds, in each request.
TOKENS_AROUND = 12
MILLION = Decimal(1_000_000)


def cost_of(target: "Target", tokens_in: int, tokens_out: int) -> Decimal:
    """In the currency of the endpoint's prices, which are per million tokens."""
    return (target.price_in * tokens_in + target.price_out * tokens_out) / MILLION


def tokens_of(characters: int) -> int:
    """About how many tokens a text has, if it is English; others have more."""
    return -(-characters // CHARACTERS_A_TOKEN)


def planned_cost(target: "Target", characters: int, replies: int, tokens_out: int) -> Decimal:
    """About what so many replies will cost: `characters` are those of all their requests together, `tokens_out` those
    that one reply is expected to have."""
    return cost_of(target, tokens_of(characters) + TOKENS_AROUND * replies, tokens_out * replies)

"""The next token of each text in a batch."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synth.backends.local.writing import Writing


def drawn(logits: Any, writings: "Sequence[Writing]") -> Any:
    """Token ids [row]. Temperature 0 takes the likeliest; else each row's own next number says which.

    The number is looked up in the cumulated probabilities in the order of ids, which no rounding reorders.
    """
    import torch

    likeliest = logits.argmax(1)
    hot = [row for row, each in enumerate(writings) if each.sampling.temperature > 0]
    if not hot:
        return likeliest
    heat = torch.tensor([writings[row].sampling.temperature for row in hot], device=logits.device)
    chances = (logits[hot] / heat[:, None]).softmax(1)
    shares = [writings[row].sampling.top_p for row in hot]
    if min(shares) < 1:
        chances = _nucleus(chances, torch.tensor(shares, device=logits.device))
    ladder = chances.double().cumsum(1)
    numbers = torch.tensor([writings[row].draws.random() for row in hot], dtype=torch.double, device=logits.device)
    rungs = torch.searchsorted(ladder, numbers[:, None] * ladder[:, -1:], right=True)[:, 0]
    likeliest[hot] = rungs.clamp(max=logits.shape[1] - 1)
    return likeliest


def _nucleus(chances: Any, shares: Any) -> Any:
    """Zero but for the likeliest tokens that together reach the share; the first one always stays."""
    import torch

    ordered, places = chances.sort(1, descending=True)
    before = ordered.cumsum(1) - ordered
    out = (before >= shares[:, None]) & (shares[:, None] < 1)
    out[:, 0] = False
    return chances.masked_fill(torch.zeros_like(out).scatter(1, places, out), 0.0)

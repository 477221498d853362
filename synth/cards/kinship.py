"""Whether a judge is partial to its own family: its accuracy with and without a relative among the responses."""

from collections.abc import Sequence
from typing import Any

from synth.cards.estimates import share, unknown
from synth.cards.tried import Tried, winner

NO_FAMILY = "The family of the judge is not known."
NONE = "No gold item is of this kind."


def kinship(gold: Sequence[Tried], family: str) -> dict[str, Any]:
    """`shared`: accuracy where a response is of the judge's family; `other`: where all families are known and none is.

    `own_picked` and `own_right`: of pairs with one response of its family, how often the judge prefers that one (of
    those it decides) and how often gold does. What it picks more often than is right is partiality.
    """
    if not family:
        nothing = unknown(NO_FAMILY).plain
        return {"family": "", "shared": nothing, "other": nothing, "own_picked": nothing, "own_right": nothing}
    shared = [trial for trial in gold if family in trial.families]
    other = [trial for trial in gold if family not in trial.families and all(trial.families)]
    one = [(trial.families.index(family), trial) for trial in shared if trial.families.count(family) == 1]
    picked = [(slot, winner(trial.ranks)) for slot, trial in one if winner(trial.ranks) is not None]
    right = [(slot, winner(trial.truth)) for slot, trial in one if winner(trial.truth) is not None]
    return {
        "family": family,
        "shared": share(sum(trial.is_right for trial in shared), len(shared), NONE).plain,
        "other": share(sum(trial.is_right for trial in other), len(other), NONE).plain,
        "own_picked": share(sum(slot == said for slot, said in picked), len(picked), NONE).plain,
        "own_right": share(sum(slot == said for slot, said in right), len(right), NONE).plain,
    }

"""From the verdicts on one task to the trial that is kept of it."""

from collections.abc import Sequence

from synth.cards.tasks import Task
from synth.cards.tried import Reading, Tried
from synth.judges.deriving import derived
from synth.judges.verdicts import Verdict


def trial_of(
    task: Task,
    verdicts: Sequence[Verdict],
    *,
    seconds: float | None = None,
    tokens: int | None = None,
    cost: float | None = None,
) -> Tried:
    """What the verdicts come to, by the rule that labels follow. Only a probability that some verdict has is one."""
    summed = derived(verdicts)
    has_probability = any(each.probability is not None for each in verdicts)
    return Tried(
        kind=task.kind,
        name=task.name,
        comparison=task.gold.comparison,
        truth=task.truth,
        lengths=task.gold.lengths if task.kind == "gold" else (0, 0),
        families=task.families(),
        readings=tuple(Reading(each.order, each.ranks) for each in verdicts),
        outcome=summed.outcome if verdicts else "absent",
        ranks=summed.ranks,
        probability=summed.probability if has_probability else None,
        seconds=seconds,
        tokens=tokens,
        cost=cost,
    )

"""Judge items with a model."""

from collections.abc import Sequence

from core.models import Project
from synth.backends.protocol import Failure
from synth.judges.preparing import Prepared
from synth.judges.verdicts import Item, Judged
from synth.targets import Target


async def judge_items(
    project: Project, target: Target, judge: Prepared, items: Sequence[Item]
) -> list[Judged | Failure]:
    """All that the judge says about each item, in their order; a failure where it could not be asked."""
    raise NotImplementedError

"""What a judge prompt comes to on a real comparison."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from core.errors import PrefereeError
from core.models import Comparison, Project
from synth.judges.configuration import Method
from synth.judges.drafts import Told, comparison_at, estimated, first_words, from_here, told
from synth.judges.preparing import Prepared, prepare_with
from synth.judges.stand_ins import stand_in, stand_ins
from synth.judges.templates import Template, check_text
from synth.judges.verdicts import Item
from synth.targets import Target


@dataclass(frozen=True, slots=True)
class Preview:
    """`error` is why there is nothing to show, or why it could not be asked. `replies` and `cost` are of a try."""

    judge: Prepared
    target: Target
    chosen: str
    comparison: Comparison | None = None
    items: Sequence[Item] = ()
    told: Sequence[Told] = ()
    replies: int = 0
    cost: Decimal = Decimal(0)
    has_target: bool = False
    error: str = ""

    @property
    def asked(self) -> str:
        return first_words(self.items[0]) if self.items else ""

    @property
    def can_be_tried(self) -> bool:
        return self.has_target and bool(self.told) and not self.error


def preview_of(project: Project, template: Template, chosen: str, place: str, step: str) -> Preview:
    """Whatever is wrong stands in `error`."""
    method = cast(Method, template.method)
    offered = [value for value, _ in stand_ins(project, method)]
    chosen = chosen if chosen in offered else next(iter(offered), "")
    configuration, target, has_target = stand_in(project, method, chosen)
    judge = Prepared(configuration, template, None)
    comparison = comparison_at(project, method, place, step)
    items = from_here(project, method, comparison) if comparison else []
    try:
        check_text(template.method, template.system, template.text)
        judge = prepare_with(project, configuration, template)
        lines = told(judge, target, items[0]) if items else []
        replies, cost = estimated(judge, target, items)
    except PrefereeError as error:
        return Preview(judge, target, chosen, comparison, items, has_target=has_target, error=str(error))
    return Preview(judge, target, chosen, comparison, items, lines, replies, cost, has_target)

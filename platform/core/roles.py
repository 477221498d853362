"""The table of roles and verbs in words, for docs/roles.md."""

from core.models import Role
from core.permissions import INCLUDES, MAY, STAFF

YES, NO = "yes", "–"


def table() -> str:
    """One row a verb, one column a role, and installation staff last; Markdown."""
    head = ["Verb", "Includes", *Role.values, "staff"]
    rows = [
        [verb, includes, *(_mark(verb in MAY[role]) for role in Role.values), _mark(verb in STAFF)]
        for verb, includes in INCLUDES.items()
    ]
    return "\n".join(map(_line, [head, ["---"] * len(head), *rows])) + "\n"


def _mark(allowed: bool) -> str:
    return YES if allowed else NO


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"

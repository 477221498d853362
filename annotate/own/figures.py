"""What a person may know about their own work: how much, how fast, and how often reviewers saw it the same way."""

from dataclasses import dataclass

from annotate.own.history import decisions_on, is_otherwise, is_told, own_answers
from annotate.work.progress import standing_of
from core.hours import Figures, figures_of
from core.models import Occasion, Project, Status, User
from core.periods import this_week

FEWEST = 5
MOST_COMPARED = 2_000


@dataclass(frozen=True, slots=True)
class Agreement:
    """A share with its 95 % interval, or the reason why there is none."""

    n: int
    share: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Own:
    today: int
    week: Figures
    agreement: Agreement


def own_figures(person: User, project: Project) -> Own:
    figures = figures_of(project, this_week(project), person)
    return Own(
        standing_of(person, project)[1], figures.get(person.pk, Figures()), agreement_with_reviewers(person, project)
    )


def agreement_with_reviewers(person: User, project: Project) -> Agreement:
    """Of their newest answers to what a reviewer has decided; gold is not among them, for it must not be told apart."""
    own = own_answers(person, project).filter(live=True, status=Status.SUBMITTED, occasion=Occasion.FIRST)
    newest = list(own.filter(ranks__isnull=False).order_by("-created")[:MOST_COMPARED])
    decisions = decisions_on([each.comparison_id for each in newest], besides=person)
    decided = [
        (each, decisions[each.comparison_id])
        for each in newest
        if each.comparison_id in decisions
        and decisions[each.comparison_id].occasion == Occasion.REVIEW
        and is_told(each)
    ]
    if len(decided) < FEWEST:
        return Agreement(len(decided), reason=f"Needs {FEWEST} of your answers that a reviewer has decided, too.")
    return wilson(sum(not is_otherwise(*each) for each in decided), len(decided))


def wilson(hits: int, n: int) -> Agreement:
    """A share with its 95 % interval (Wilson 1927, without continuity correction)."""
    from scipy.stats import binomtest  # heavy, and wanted on one page

    interval = binomtest(hits, n).proportion_ci(confidence_level=0.95, method="wilson")
    return Agreement(n, hits / n, float(interval.low), float(interval.high))

from collections.abc import Callable, Sequence

import pytest

from core.gold.actions import add_known, close_gold_set, make_gold_set
from core.labels.service import refresh_labels
from core.models import Comparison, GoldSet, Project, User
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, ProjectFactory, UserFactory

Texts = tuple[str, str]


@pytest.fixture
def project(db: None) -> Project:
    return ProjectFactory(slug="helpful", name="Helpful")


@pytest.fixture
def by(db: None) -> User:
    return UserFactory()


@pytest.fixture
def known(project: Project) -> Callable[..., list[Comparison]]:
    """Comparisons of a right and a wrong text each, whose answer came with an import."""
    gold = JudgeFactory(project=project, kind="gold", name="gold")

    def made(pairs: Sequence[Texts]) -> list[Comparison]:
        comparisons = [_known(project, gold, *pair) for pair in pairs]
        refresh_labels([comparison.pk for comparison in comparisons])
        return comparisons

    return made


def _known(project: Project, gold: object, right: str, wrong: str) -> Comparison:
    comparison = ComparisonFactory(project=project, texts=[right, wrong])
    texts = list(comparison.candidates.order_by("slot").values_list("response__content", flat=True))
    ranks = [1 if text == right else 2 for text in texts]
    JudgmentFactory(comparison=comparison, judge=gold, ranks=ranks, order=None)
    return comparison


@pytest.fixture
def closed(project: Project, by: User) -> Callable[[], GoldSet]:
    """A closed version of the set “main” with all imported answers."""

    def made() -> GoldSet:
        gold_set = make_gold_set(project, "main", by=by)
        add_known(gold_set, ["gold"], by=by)
        return close_gold_set(gold_set, by=by)

    return made

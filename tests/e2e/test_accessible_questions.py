"""Every kind of question, where it is answered and where it is composed, as axe and a ruler find it."""

from typing import Any

import pytest
from playwright.sync_api import Page

from annotate.composing.presets import PRESETS, WHY
from annotate.kinds.registry import KINDS
from core.models import Membership, Project, QuestionSet, Role
from tests.e2e.axe import wrongs
from tests.e2e.test_layout import ARABIC, LONG
from tests.factories import ComparisonFactory

pytestmark = pytest.mark.browser
TEXTS = ["Short.", f"Long: {LONG}", ARABIC]


def questions_of(preset: str) -> list[Any]:
    """With a main question, which some presets are added to."""
    questions = list(PRESETS[preset].questions)
    added_to = [] if any(each["id"] == "main" for each in questions) else PRESETS["points_7"].questions[:1]
    return [*added_to, *questions]


def ask(project: Project, preset: str) -> None:
    questions = questions_of(preset)
    main = KINDS[next(each["kind"] for each in questions if each["id"] == "main")]
    QuestionSet.objects.filter(project=project).update(questions=questions)
    Project.objects.filter(pk=project.pk).update(fewest_responses=main.fewest, most_responses=main.most)
    project.comparisons.all().delete()
    ComparisonFactory(project=project, texts=TEXTS[: min(main.most, len(TEXTS))])


def test_the_presets_ask_in_every_way() -> None:
    assert {each["kind"] for preset in PRESETS.values() for each in [*preset.questions, WHY]} == {*KINDS}


@pytest.mark.parametrize("preset", PRESETS)
def test_nothing_is_wrong_where_it_is_answered(as_ada: Page, project: Project, preset: str) -> None:
    ask(project, preset)
    as_ada.goto("/p/helpful/work")
    assert as_ada.locator("#answer-form").count() == 1
    assert list(wrongs(as_ada)) == []


def test_nothing_is_wrong_where_they_are_composed(as_ada: Page, project: Project) -> None:
    Membership.objects.update(role=Role.OWNER)
    found = []
    for preset in PRESETS:
        ask(project, preset)
        as_ada.goto("/p/helpful/settings/questions")
        assert as_ada.locator(".composer-question").count() == len(questions_of(preset))
        found += [f"{preset}: {wrong}" for wrong in wrongs(as_ada)]
    assert found == []

"""Gold and judges in a real browser: no page scrolls sideways, every control can be hit, a set is drawn and closed."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from core.models import GoldSet, Judge, Membership, Project, Role, User
from synth.cards.stored import card_of
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, PromptFactory

pytestmark = pytest.mark.browser
LONG = "w" * 200
ARABIC = "مرحبا بك في هذا النص العربي الطويل"
CONTROLS = "button:visible:not([aria-hidden]), summary:visible, a.button:visible, select:visible"
SIZES = {"phone": (360, 640), "desk": (1440, 900)}


@pytest.fixture
def judges(project: Project, ada: User) -> list[Judge]:
    return judges_with_cards(project, ada)


def judges_with_cards(project: Project, ada: User) -> list[Judge]:
    """One of them barred, on a gold set that is closed and one that is not."""
    Membership.objects.filter(user=ada).update(role=Role.OWNER)
    made = [
        GoldSet.objects.create(project=project, name=name[:100], version=1, created_by=ada) for name in (LONG, ARABIC)
    ]
    judges = [JudgeFactory(project=project, name=LONG, version=name, family=LONG[:100]) for name in (LONG, ARABIC)]
    for at, text in enumerate((LONG, ARABIC, "```\nx = 1\n```", "Short.")):
        comparison = ComparisonFactory(project=project, prompt=PromptFactory(project=project, text=text))
        for gold_set in made:
            gold_set.items.create(comparison=comparison, ranks=[1, 2], stratum=LONG)
        for judge in judges:
            JudgmentFactory(comparison=comparison, judge=judge, probability=at / 4)
    GoldSet.objects.filter(pk=made[0].pk).update(closed=timezone.now())
    made[0].refresh_from_db()
    for judge in judges:
        card_of(judge, made[0])
    Judge.objects.filter(pk=judges[0].pk).update(barred=timezone.now(), barred_because=LONG)
    return judges


@pytest.mark.parametrize("size", SIZES)
def test_no_page_scrolls_sideways_and_every_control_can_be_hit(as_ada: Page, judges: list[Judge], size: str) -> None:
    page, (one, other) = as_ada, judges
    page.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
    sets = [f"gold/{gold_set.public}" for gold_set in GoldSet.objects.all()]
    compare = f"judges/compare?a={one.public}&b={other.public}"
    for address in ("gold", "gold/starter", *sets, f"judges/{one.public}", compare, "judges/requirements"):
        page.goto(f"/p/helpful/{address}")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
        for control in page.locator(CONTROLS).all():
            assert control.bounding_box()["height"] >= (44 if size == "phone" else 32), (address, control.inner_text())


def test_a_starter_set_is_drawn_and_an_empty_one_is_not_closed(as_ada: Page, ada: User, project: Project) -> None:
    Membership.objects.filter(user=ada).update(role=Role.OWNER)
    ComparisonFactory.create_batch(3, project=project)
    page = as_ada
    page.goto("/p/helpful/gold")
    page.get_by_role("link", name="Make a starter set").click()
    page.get_by_label("Comparisons").fill("2")
    page.get_by_role("button", name="Draw comparisons").click()
    expect(page.get_by_role("heading", name="starter, version 1")).to_be_visible()
    expect(page.locator(".gold-items tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Close version").click()
    expect(page.get_by_role("alert")).to_contain_text("No item has an answer yet")

"""What every test of a kind of question begins with."""

from collections.abc import Sequence

from playwright.sync_api import Page, expect

from core.models import Comparison, Judgment, Project, User
from tests.asking import ANSWERS, SETS, Question, compared, hand_out

TOO_SOON = 700
PHONE = {"width": 390, "height": 844}


def ask(
    page: Page,
    person: User,
    project: Project,
    questions: str | Sequence[Question],
    texts: Sequence[str] = ANSWERS[:2],
    order: Sequence[int] | None = None,
) -> Comparison:
    """Open the work page with the one comparison that the person holds."""
    wanted = SETS[questions] if isinstance(questions, str) else questions
    project.question_sets.update(questions=wanted)
    comparison = compared(project, texts)
    hand_out(comparison, person, order)
    page.goto(f"/p/{project.slug}/work")
    return comparison


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def submit(page: Page) -> Judgment:
    """With the button; the judgment as it was stored."""
    page.get_by_role("button", name="Submit").click()
    return judged(page)


def judged(page: Page) -> Judgment:
    expect(page.get_by_role("heading", name="Nothing for you now.")).to_be_visible()
    return Judgment.objects.get()


def ranks_by_text(judgment: Judgment) -> dict[str, int]:
    """The first letters of each response with its rank: what was meant, whatever the order was."""
    candidates = judgment.comparison.candidates.select_related("response").order_by("slot")
    return {each.response.content[:2]: judgment.ranks[each.slot] for each in candidates}


def by_place(judgment: Judgment, of_slots: dict[str, object]) -> list[object]:
    """What is stored by slot, as it stood on the screen."""
    return [of_slots.get(str(slot)) for slot in judgment.order]

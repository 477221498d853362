"""Pictures of every kind of question for the docs: PREFEREE_PICTURES=docs/images pytest tests/e2e/test_pictures.py."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from core.models import User
from tests.asking import SETS, project_asking
from tests.factories import PASSWORD, UserFactory

FOLDER = os.environ.get("PREFEREE_PICTURES")
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
THEMES = ("light", "dark")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not FOLDER, reason="PREFEREE_PICTURES names the folder for the pictures"),
]


@pytest.fixture
def ada(transactional_db: None) -> User:
    return UserFactory(email="ada@example.org", name="Ada Rossi")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("kind", SETS)
def test_the_question_is_seen(browser: Browser, live_server: Any, ada: User, kind: str, theme: Any, size: str) -> None:
    project = project_asking(kind, ada)
    width, height = SIZES[size]
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": width, "height": height},
        color_scheme=theme,
        has_touch=size == "phone",
    )
    page = context.new_page()
    page.goto("/login")
    page.fill("#email", ada.email)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.goto(f"/p/{project.slug}/work")
    ACTS.get(kind, lambda page: page.keyboard.press("2"))(page)
    page.wait_for_load_state("networkidle")  # what is fetched ahead would meet the emptying of the tables
    page.screenshot(path=Path(str(FOLDER)) / f"work-{kind}-{size}-{theme}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def rank(page: Page) -> None:
    for digit in "2122":
        page.keyboard.press(digit)


def rate(page: Page) -> None:
    for digit in "341":
        page.keyboard.press(digit)


def mark(page: Page) -> None:
    page.keyboard.press("m")
    for key in ("ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "1", "Shift+ArrowRight", "3", "Escape"):
        page.keyboard.press(key)


def write(page: Page) -> None:
    page.keyboard.press("1")
    page.keyboard.press("w")


def tag(page: Page) -> None:
    for key in ("2", "1", "3", "r"):
        page.keyboard.press(key)
    page.keyboard.type("It names the cause and the way out.")


def attributes(page: Page) -> None:
    for digit in "245":
        page.keyboard.press(digit)


ACTS = {"ranking": rank, "rating": rate, "spans": mark, "rewrite": write, "text": tag, "attributes": attributes}

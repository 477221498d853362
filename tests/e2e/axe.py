"""Asks axe-core, and a ruler, what is wrong with a page as it stands."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What another width can change, for a part of the page is hidden and another shown.
OF_LAYOUT = [
    "aria-hidden-focus",
    "heading-order",
    "landmark-one-main",
    "landmark-unique",
    "link-name",
    "button-name",
    "page-has-heading-one",
    "region",
    "scrollable-region-focusable",
    "target-size",
]
# Run by the debugger and not by the page, so that the policy that refuses foreign scripts stays as it is.
SCRIPT = Axe().axe_script + Path(__file__).with_suffix(".js").read_text()

OPEN_ALL = "for (const each of document.querySelectorAll('details')) each.open = true"
# On a phone what is no answer opens a row of its own there.
FIELDS = """[...document.querySelectorAll("input, select, textarea")]
    .filter((each) => each.checkVisibility() && !each.closest(".answer")).map((each) => each.name || each.id)"""
FOLD_ALL = "for (const each of document.querySelectorAll('details:not(.aside)')) each.open = false"


def violations(page: Page, *, only: Sequence[str] = (), contrast: bool = True) -> list[str]:
    """One sentence a violation: the rule, how bad it is, where it is first, how often it is there.

    Every rule of WCAG 2.2 AA and every habit that axe knows, or `only` those that are named. Colours take most of the
    time, and need no second look where they are the same.
    """
    chosen = {"type": "rule", "values": only} if only else {"type": "tag", "values": TAGS}
    return list(_sentences(_asked(page, "violations", {"runOnly": chosen, "rules": _without(contrast)})))


def _without(contrast: bool) -> dict[str, Any]:
    return {} if contrast else {"color-contrast": {"enabled": False}}


def small_targets(page: Page, least: int) -> list[str]:
    """Controls that are lower than `least` pixels or narrower than 32."""
    return [f"a small target, {each}" for each in _asked(page, "smallTargets", least)]


def unseen_focus(page: Page) -> list[str]:
    """Controls that show no ring when the keyboard comes to them, or lie under something else then."""
    page.keyboard.press("Tab")
    return [f"a focus that is not seen, {each}" for each in _asked(page, "unseenFocus", None)]


def longest_movement(page: Page) -> float:
    """In seconds, of every transition and animation that an element of the page could make."""
    return float(_asked(page, "longestMovement", None))


def wrongs(page: Page) -> Iterator[str]:
    """At a desk with everything unfolded, in the dark, and on a phone."""
    page.evaluate(OPEN_ALL)
    fields = page.evaluate(FIELDS)
    yield from (f"unfolded: {each}" for each in violations(page))
    yield from (f"desk: {each}" for each in small_targets(page, 32))
    page.evaluate(FOLD_ALL)
    yield from (f"desk: {each}" for each in unseen_focus(page))
    page.emulate_media(color_scheme="dark")
    yield from (f"dark: {each}" for each in violations(page, only=["color-contrast"]))
    page.emulate_media(color_scheme="light")
    lengthen(page)
    yield from (f"phone: {each}" for each in violations(page, only=OF_LAYOUT))
    page.evaluate(OPEN_ALL)
    yield from (f"phone: the field {each} is gone" for each in sorted({*fields} - {*page.evaluate(FIELDS)}))
    yield from (f"phone: {each}" for each in small_targets(page, 44))
    page.set_viewport_size(DESK)


def lengthen(page: Page) -> None:
    """A phone as high as the page, so that what sticks to its lower edge covers nothing that is measured."""
    page.set_viewport_size(PHONE)
    page.set_viewport_size(PHONE | {"height": page.evaluate("document.documentElement.scrollHeight")})


def _asked(page: Page, question: str, value: Any) -> Any:
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    return page.evaluate(f"(value) => {question}(value)", value)


def _sentences(found: Iterable[Any]) -> Iterable[str]:
    for rule, impact, nodes in found:
        target, html, message = nodes[0]
        yield f"{rule} ({impact}), {len(nodes)} times, first at {target}: {html}: {message}"

"""Asks axe-core, and a ruler, what is wrong with a page as it stands."""

from collections.abc import Iterable
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Run by the debugger and not by the page, so that the policy that refuses foreign scripts stays as it is.
SCRIPT = Axe().axe_script
RUN = """async (options) => {
    const found = await axe.run(document, {resultTypes: ["violations"], elementRef: false, ...options});
    return found.violations.map(({id, impact, nodes}) => [id, impact, nodes.map((node) =>
        [node.target.flat().join(" "), node.html.slice(0, 160), node.any.concat(node.all, node.none)[0]?.message])]);
}"""
# What is pressed or filled in. Links within a text are as high as its lines: axe sees to the room around them.
SMALL = """(least) => {
    const kinds = "button, summary, input:not([type=hidden]), select, textarea, nav a, a:is(.button, .quiet, .chip, .wordmark, .who)";
    const size = (element) => element.getBoundingClientRect();
    const isSmall = (control) => {
        const hits = [control, ...(control.labels ?? [])].map(size);
        const [height, width] = ["height", "width"].map((side) => Math.max(...hits.map((hit) => hit[side])));
        return height < least - 0.5 || width < 31.5;
    };
    return [...document.querySelectorAll(kinds)]
        .filter((each) => each.checkVisibility({visibilityProperty: true}) && !each.closest("[aria-hidden]"))
        .filter((each) => size(each).right > 0 && size(each).bottom > 0 && isSmall(each))
        .map((each) => `${Math.round(size(each).width)} x ${Math.round(size(each).height)}: ${each.outerHTML.slice(0, 160)}`);
}"""


def violations(page: Page, *, only: str = "", contrast: bool = True) -> list[str]:
    """One sentence a violation: the rule, how bad it is, where it is first, how often it is there.

    Every rule of WCAG 2.2 AA and every habit that axe knows, or `only` the rule that is named. Colours take most of
    the time, and need no second look where they are the same.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    chosen = {"type": "rule", "values": [only]} if only else {"type": "tag", "values": TAGS}
    rules = {"color-contrast": {"enabled": contrast}}
    return list(_sentences(page.evaluate(RUN, {"runOnly": chosen, "rules": rules})))


def _sentences(found: Iterable[Any]) -> Iterable[str]:
    for rule, impact, nodes in found:
        target, html, message = nodes[0]
        yield f"{rule} ({impact}), {len(nodes)} times, first at {target}: {html}: {message}"


def small_targets(page: Page, least: int) -> list[str]:
    """Controls that are lower than `least` pixels or narrower than 32."""
    return [f"a small target, {each}" for each in page.evaluate(SMALL, least)]

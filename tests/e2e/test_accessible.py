"""Every page of the URL conf, as a keyboard, a screen reader, weak eyes and a thumb meet it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from core.models import Membership, Project, Role, User
from tests.e2e.axe import small_targets, violations, wrongs
from tests.e2e.every_page import FORMS, NO_PAGE, PAGES, WITHOUT_LOGIN, Ids, addresses, ids_of
from tests.urls.cases import CASES, OURS

pytestmark = pytest.mark.browser
SEND = """([address, data]) => {
    const form = Object.assign(document.createElement("form"), {method: "post", action: address});
    data.csrfmiddlewaretoken = document.cookie.match(/csrftoken=([^;]+)/)[1];
    for (const [name, value] of Object.entries(data)) {
        form.append(Object.assign(document.createElement("input"), {name, value}));
    }
    document.body.append(form);
    form.submit();
}"""


@pytest.fixture
def ids(project: Project, ada: User, tmp_path: Path) -> Ids:
    return ids_of(project, ada, tmp_path)


def test_every_url_is_a_page_that_is_visited_or_none_for_a_reason() -> None:
    read = {name for name in OURS if name not in CASES or "GET" in CASES[name].answers}
    assert read == {*PAGES, *NO_PAGE}
    assert not {*PAGES} & {*NO_PAGE}


def found_at(page: Page, address: str, expected: int = 200) -> list[str]:
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == expected, address
    return [f"{address[:60]} {wrong}" for wrong in wrongs(page)]


def test_nothing_is_wrong_on_any_page(as_ada: Page, ids: Ids) -> None:
    pages = [name for name in PAGES if name not in WITHOUT_LOGIN]
    found = [wrong for name in pages for address in addresses(name, ids) for wrong in found_at(as_ada, address)]
    found += found_at(as_ada, "/p/nowhere/", 404)
    assert found == []


def test_nothing_is_wrong_where_there_is_nothing_yet(as_ada: Page, ada: User, project: Project) -> None:
    User.objects.filter(pk=ada.pk).update(is_staff=True)
    Membership.objects.update(role=Role.OWNER)
    found = []
    for name in PAGES:
        if CASES[name].of in ((), ("slug",)) and name not in {*WITHOUT_LOGIN, "ask_removal"}:
            as_ada.goto(next(addresses(name, {"slug": [project.slug]})))
            found += [f"{name} {wrong}" for wrong in violations(as_ada, contrast=False)]
    assert found == []


def test_nothing_is_wrong_in_the_dialogs_of_the_work_page(as_ada: Page, ids: Ids) -> None:
    page, found = as_ada, []
    page.goto("/p/helpful/work")
    for name in page.evaluate("[...document.querySelectorAll('dialog')].map((each) => each.id)"):
        page.evaluate(f"document.getElementById('{name}').showModal()")
        found += [f"{name}: {wrong}" for wrong in (*violations(page), *small_targets(page, 32))]
        page.keyboard.press("Escape")
    assert found == []


def test_nothing_is_wrong_on_pages_without_a_login(page: Page, ids: Ids) -> None:
    found = []
    for name in sorted(WITHOUT_LOGIN):
        for address in addresses(name, ids):
            found += found_at(page, address, 410 if name == "welcome" else 200)
    assert found == []


def test_nothing_is_wrong_on_a_form_that_comes_back(as_ada: Page, ids: Ids) -> None:
    page, found = as_ada, []
    for name in FORMS:
        with page.expect_navigation() as answer:
            page.evaluate(SEND, [next(addresses(name, ids)), CASES[name].data])
        assert answer.value.status == 422, name
        found += [f"{name} {wrong}" for wrong in violations(page, contrast=False)]
    assert found == []

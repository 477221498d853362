"""Coming in by invitation in a real browser, and what an account page does that only a browser shows."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from core.invitations import invite
from core.models import Group, Invitation, Membership, Project, Role, User
from core.tokens import create_token
from tests.e2e.test_layout import SHIFTS, SIZES, sideways
from tests.factories import PASSWORD, ComparisonFactory, UserFactory

pytestmark = pytest.mark.browser
LONG = "w" * 100


@pytest.fixture
def as_owner(as_ada: Page, ada: User) -> Page:
    Membership.objects.filter(user=ada).update(role=Role.OWNER)
    return as_ada


def link_into(project: Project, by: User, **more: Any) -> str:
    return invite(project, Role.ANNOTATOR, expires=timezone.now() + timedelta(days=1), by=by, **more).page


def test_somebody_is_invited_and_signs_up_in_another_browser(
    as_owner: Page, browser: Browser, live_server: Any
) -> None:
    page = as_owner
    page.goto("/p/helpful/team/invitations")
    page.get_by_label("Role").select_option("reviewer")
    page.get_by_role("button", name="Create invitation").click()
    link = page.get_by_label("Link of the invitation").input_value()
    assert link.startswith(f"{live_server.url}/invite/")

    elsewhere = browser.new_context(base_url=live_server.url).new_page()
    referrers: list[str] = []
    elsewhere.on("request", lambda request: referrers.append(request.headers.get("referer", "")))
    elsewhere.goto(link)
    elsewhere.get_by_label("Name").fill("Bruno Weiss")
    elsewhere.get_by_label("E-mail address").fill("bruno@example.org")
    elsewhere.get_by_label("Password", exact=True).fill("short")
    elsewhere.get_by_role("button", name="Create account and join").click()
    expect(elsewhere.get_by_text("It must contain at least 12 characters.")).to_be_visible()
    elsewhere.get_by_label("Password", exact=True).fill(PASSWORD)
    elsewhere.get_by_role("button", name="Create account and join").click()
    expect(elsewhere.get_by_role("heading", name="Helpful")).to_be_visible()
    assert Membership.objects.get(user__email="bruno@example.org").role == Role.REVIEWER
    assert not [referrer for referrer in referrers if "/invite/" in referrer], "the secret was passed on"
    elsewhere.goto(link)
    expect(elsewhere.get_by_text("You are in this project already, as reviewer.")).to_be_visible()
    elsewhere.context.close()

    page.goto("/p/helpful/team/invitations")
    expect(page.get_by_text("Used up, 1 of 1")).to_be_visible()


def test_two_halves_of_a_double_click_make_one_account(page: Page, project: Project, ada: User) -> None:
    Membership.objects.filter(user=ada).update(role=Role.OWNER)
    page.goto(link_into(project, ada, places=5))
    page.get_by_label("Name").fill("Bruno Weiss")
    page.get_by_label("E-mail address").fill("bruno@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account and join").dblclick()
    expect(page.get_by_role("heading", name="Helpful")).to_be_visible()
    assert User.objects.filter(email="bruno@example.org").count() == 1
    assert Invitation.objects.get().used == 1


def test_whoever_has_an_account_logs_in_and_comes_back_to_the_invitation(
    page: Page, project: Project, ada: User
) -> None:
    Membership.objects.filter(user=ada).update(role=Role.OWNER)
    UserFactory(email="bruno@example.org")
    page.goto(link_into(project, ada))
    page.get_by_role("link", name="log in instead").click()
    page.fill("#email", "bruno@example.org")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Join Helpful as annotator").click()
    expect(page.get_by_role("heading", name="Helpful")).to_be_visible()
    assert Membership.objects.get(user__email="bruno@example.org").role == Role.ANNOTATOR


def test_a_password_is_shown_and_hidden_again(page: Page, project: Project, ada: User) -> None:
    Membership.objects.filter(user=ada).update(role=Role.OWNER)
    page.goto(link_into(project, ada))
    field = page.get_by_label("Password", exact=True)
    field.fill("typed")
    page.get_by_role("button", name="Show password").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Hide password").click()
    expect(field).to_have_attribute("type", "password")


@pytest.mark.parametrize(("theme", "dark"), [("Light", False), ("Dark", True)])
def test_the_theme_that_was_chosen_is_not_that_of_the_system(as_ada: Page, theme: str, dark: bool) -> None:
    page = as_ada
    page.emulate_media(color_scheme="light" if dark else "dark")
    page.goto("/account")
    page.get_by_label(theme).check()
    page.get_by_role("button", name="Save look").click()
    expect(page.locator("#look").get_by_text("Saved.")).to_be_visible()
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colour == ("rgb(23, 24, 26)" if dark else "rgb(250, 250, 248)")


def test_single_keys_are_off_wherever_one_is_logged_in(as_ada: Page, project: Project) -> None:
    ComparisonFactory(project=project)
    page = as_ada
    page.goto("/account")
    page.get_by_label("Use single keys").uncheck()
    page.get_by_role("button", name="Save look").click()
    expect(page.locator("#look").get_by_text("Saved.")).to_be_visible()
    page.goto("/p/helpful/work")
    page.keyboard.press("2")
    assert page.locator(".options :checked").count() == 0
    assert page.locator("#answer kbd:visible").count() == 0
    page.get_by_role("button", name="Keys").click()
    expect(page.locator("#keys-on")).to_be_disabled()


def test_a_token_is_copied(as_ada: Page) -> None:
    page = as_ada
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/account")
    page.locator("#token_name").fill("nightly")
    page.get_by_role("button", name="Create token").click()
    secret = page.get_by_label("Token", exact=True).input_value()
    page.get_by_role("button", name="Copy token").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    assert secret.startswith("pref_")


@pytest.mark.parametrize("size", SIZES)
def test_long_names_stay_on_the_page_and_nothing_moves(as_owner: Page, project: Project, ada: User, size: str) -> None:
    page = as_owner
    page.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
    Project.objects.filter(pk=project.pk).update(name=LONG * 2)
    Group.objects.create(project=project, name=LONG[:60])
    User.objects.filter(pk=ada.pk).update(name=LONG)
    create_token(ada, LONG[:60])
    link = link_into(project, ada, groups=project.groups.all())
    for address in ("/account", "/p/helpful/team/invitations", link, "/invite/nothing"):
        page.goto(address)
        assert sideways(page) <= 0, address
        assert page.evaluate(SHIFTS) == 0, address
        for control in page.locator("main :is(button, a.button, summary, .check):visible").all():
            assert control.bounding_box()["height"] >= (44 if size == "phone" else 32), control.inner_text()

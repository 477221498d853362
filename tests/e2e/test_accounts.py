"""Coming in by invitation in a real browser, and what an account page does that only a browser shows."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from core.invitations import invite
from core.models import Membership, Project, Role, User
from tests.factories import PASSWORD

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
    expect(page.get_by_text("Used, 1 of 1 came")).to_be_visible()

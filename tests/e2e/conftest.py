"""A real Chromium on a live server, and somebody who sits in front of it."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from core.models import Project, Role, User
from tests.e2e.settling import watch
from tests.factories import MembershipFactory, ProjectFactory, UserFactory

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Each window would load two pages for the address bar's suggestions, in a process of their own: half of what it costs.
OF_THE_ADDRESS_BAR = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"]
# What Playwright switches off, which only the last list of them does.
OF_PLAYWRIGHT = [
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "LensOverlay"),
    *("HttpsFirstBalancedModeAutoEnable", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning"),
    *("AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled"),
    "PreconnectToSearch",
]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    f"--disable-features={','.join(OF_PLAYWRIGHT + OF_THE_ADDRESS_BAR)}",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright's event loop runs in this thread, which Django takes for an asynchronous program.
    with pytest.MonkeyPatch.context() as patched, sync_playwright() as playwright:
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        loop = asyncio._get_running_loop()
        installed = next(filter(None, map(shutil.which, CHROMIUM)), playwright.chromium.executable_path)
        if not Path(installed).exists():
            pytest.skip("no Chromium is installed: run `playwright install chromium`")
        browser = playwright.chromium.launch(executable_path=installed, args=ARGUMENTS)
        yield browser
        asyncio._set_running_loop(loop)  # the last test of all may be none of a browser, and has left it
        browser.close()


@pytest.fixture
def project(browser: Browser, transactional_db: None) -> Project:
    return ProjectFactory(slug="helpful", name="Helpful")


@pytest.fixture
def ada(project: Project) -> User:
    user = UserFactory(email="ada@example.org", name="Ada Rossi")
    return MembershipFactory(project=project, user=user, role=Role.ANNOTATOR).user


@pytest.fixture
def context(browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, live_server: Any) -> Iterator[Page]:
    """A page that never asks another host for anything, breaks no policy and throws nothing."""
    wrongs: list[str] = []
    page = context.new_page()
    under_way = watch(page)
    page.on("pageerror", lambda error: wrongs.append(str(error)))
    page.on("console", lambda said: wrongs.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("request", lambda request: None if request.url.startswith(live_server.url) else wrongs.append(request.url))
    yield page
    for _ in range(50):  # what the server still does would meet the emptying of the tables
        if under_way:
            page.wait_for_timeout(20)
    assert wrongs == []


@pytest.fixture
def as_ada(page: Page, ada: User, live_server: Any) -> Page:
    """Logged in already; that the page of the login does it is tried where it is the matter."""
    client = Client()
    client.force_login(ada)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    page.goto("/")
    return page

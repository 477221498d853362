"""Whether a page still asks the server for something."""

from weakref import WeakKeyDictionary

from playwright.sync_api import Page, Request

_under_way: WeakKeyDictionary[Page, set[Request]] = WeakKeyDictionary()


def watch(page: Page) -> set[Request]:
    """From the page's beginning on; the set is what is under way at any moment."""
    requests = _under_way[page] = set()
    page.on("request", lambda request: requests.add(request))
    for ended in ("requestfinished", "requestfailed"):
        page.on(ended, lambda request: requests.discard(request))
    return requests


def settle(page: Page) -> None:
    """Until nothing was asked for during a tenth of a second; Playwright's `networkidle` waits for five of them."""
    page.wait_for_load_state("load")
    quiet = 0
    for _ in range(200):
        page.wait_for_timeout(50)
        quiet = 0 if _under_way[page] else quiet + 1
        if quiet == 2:
            return
    raise AssertionError(f"{page.url} still asks for {[request.url for request in _under_way[page]]}")

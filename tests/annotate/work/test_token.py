"""The token of an answer's forms: as it came and was found right, else masked anew."""

import re
from typing import Any

import pytest
from django.middleware.csrf import _does_token_match, _mask_cipher_secret, get_token
from django.test import Client, RequestFactory

from annotate.models import Assignment
from annotate.queue.reservations import take_next
from core.http import checked_token
from core.models import Comparison, Project, User
from tests.factories import ComparisonFactory

SECRET = "s" * 32
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@pytest.fixture
def held(ada: User, project: Project) -> Assignment:
    ComparisonFactory.create_batch(2, project=project)
    assignment = take_next(ada, project).assignment
    assert assignment is not None
    return assignment


@pytest.fixture
def browser(ada: User) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    client.cookies["csrftoken"] = SECRET
    return client


def submit(browser: Client, held: Assignment, token: str, **more: str) -> Any:
    public = Comparison.objects.get(pk=held.comparison_id).public
    data = {"client_id": str(held.client_id), "main": "a1", **more}
    return browser.post(f"/p/helpful/work/{public}", data, headers={"HX-Request": "true", "X-CSRFToken": token})


def tokens_in(response: Any) -> set[str]:
    found = set(TOKEN.findall(response.content.decode()))
    assert found
    return found


def test_the_token_of_the_header_stands_in_the_answer(browser: Client, held: Assignment) -> None:
    token = _mask_cipher_secret(SECRET)
    response = submit(browser, held, token)
    assert response.status_code == 200
    assert tokens_in(response) == {token}


def test_a_wrong_token_is_refused_as_ever(browser: Client, held: Assignment) -> None:
    assert submit(browser, held, _mask_cipher_secret("t" * 32)).status_code == 403


def test_what_the_header_says_beside_a_token_in_the_form_was_not_checked(browser: Client, held: Assignment) -> None:
    response = submit(browser, held, "<script>", csrfmiddlewaretoken=_mask_cipher_secret(SECRET))
    assert response.status_code == 200
    assert all(_does_token_match(token, SECRET) for token in tokens_in(response))


def test_a_page_has_a_token_that_is_masked_anew(browser: Client, held: Assignment) -> None:
    token = _mask_cipher_secret(SECRET)
    response = browser.get("/p/helpful/work", headers={"HX-Request": "true", "X-CSRFToken": token})
    (found,) = tokens_in(response)
    assert found != token
    assert _does_token_match(found, SECRET)


def test_a_token_that_was_just_changed_is_not_said_again() -> None:
    request = RequestFactory().post("/", headers={"X-CSRFToken": "x"})
    request.csrf_processing_done = True  # type: ignore[attr-defined]
    assert checked_token(request) == {"csrf_token": "x"}
    get_token(request)
    assert checked_token(request) == {}

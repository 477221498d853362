from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent, User
from core.views.attempts import LOGINS, WINDOW
from core.views.login import TOO_MANY, WRONG
from tests.factories import PASSWORD, UserFactory

LOGIN = "/login"
MOST_FAILURES = LOGINS.pair


@pytest.fixture
def ada(db: None) -> User:
    return UserFactory(email="ada@example.org")


def send(
    client: Client, email: str = "ada@example.org", password: str = PASSWORD, at: str = "10.0.0.1", **more: str
) -> Any:
    return client.post(LOGIN, {"email": email, "password": password, **more}, REMOTE_ADDR=at)


def test_the_right_password_leads_to_the_projects(client: Client, ada: User) -> None:
    response = send(client)
    assert (response.status_code, response.url) == (302, reverse("projects"))
    assert client.get("/").context["user"] == ada


def test_the_address_may_be_written_in_any_case(client: Client, ada: User) -> None:
    assert send(client, " ADA@Example.org ").status_code == 302


def test_the_person_comes_to_where_they_wanted(client: Client, ada: User) -> None:
    assert send(client, next="/p/helpful/work").url == "/p/helpful/work"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil"])
def test_nobody_is_sent_to_another_site(client: Client, ada: User, elsewhere: str) -> None:
    assert send(client, next=elsewhere).url == reverse("projects")


def test_a_page_that_wants_a_login_is_where_it_leads(client: Client, ada: User) -> None:
    response = client.get("/p/helpful/work")
    assert response.url == f"{LOGIN}?next=/p/helpful/work"
    assert 'name="next" value="/p/helpful/work"' in client.get(response.url).content.decode()


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@example.org", "wrong"),
        ("nobody@example.org", PASSWORD),
        ("not an address", PASSWORD),
        ("", ""),
        ("ada@example.org", ""),
        ("ada@example.org", "x" * 2_000),
        ("ada@example.org", "with\0nul"),
        ("a\0@example.org", PASSWORD),
    ],
)
def test_every_wrong_login_gets_the_same_answer(client: Client, ada: User, email: str, password: str) -> None:
    response = send(client, email, password)
    assert response.status_code == 422
    assert WRONG in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_somebody_who_was_switched_off_cannot_log_in(client: Client, ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert send(client).status_code == 422


def test_the_password_is_not_written_back(client: Client, ada: User) -> None:
    assert "my secret" not in send(client, password="my secret").content.decode()


def test_ten_failures_close_the_door_even_for_the_right_password(client: Client, ada: User) -> None:
    for _ in range(MOST_FAILURES):
        assert send(client, password="wrong").status_code == 422
    response = send(client)
    assert response.status_code == 429
    assert TOO_MANY in response.content.decode()


def test_the_door_is_closed_for_every_server_process(client: Client, ada: User) -> None:
    for _ in range(MOST_FAILURES):
        send(Client(), password="wrong")
    assert send(Client()).status_code == 429


def test_somebody_at_another_address_can_still_log_in(client: Client, ada: User) -> None:
    for _ in range(MOST_FAILURES):
        send(client, password="wrong")
    assert send(client, at="10.0.0.2").status_code == 302


def test_another_account_at_the_same_address_can_still_log_in(client: Client, ada: User) -> None:
    UserFactory(email="bruno@example.org")
    for _ in range(MOST_FAILURES):
        send(client, password="wrong")
    assert send(client, "bruno@example.org").status_code == 302


def test_the_door_opens_again_after_a_quarter_of_an_hour(
    client: Client, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(MOST_FAILURES):
        send(client, password="wrong")
    later = timezone.now() + WINDOW + timedelta(seconds=1)
    monkeypatch.setattr("core.views.attempts.timezone.now", lambda: later)
    assert send(client).status_code == 302


def test_what_was_typed_is_not_kept(client: Client, ada: User) -> None:
    send(client, "hunter2@example.org", "hunter2")
    event = AuditEvent.objects.get(verb="login.failed")
    assert "hunter2" not in f"{event.target} {event.detail}"


def test_somebody_who_is_logged_in_is_sent_on(client: Client, ada: User) -> None:
    client.force_login(ada)
    assert client.get(LOGIN).url == reverse("projects")


def test_logging_out_ends_the_session(client: Client, ada: User) -> None:
    client.force_login(ada)
    assert client.post("/logout").url == LOGIN
    assert "_auth_user_id" not in client.session


def test_a_link_cannot_log_anybody_out(client: Client, ada: User) -> None:
    client.force_login(ada)
    assert client.get("/logout").status_code == 405
    assert "_auth_user_id" in client.session


def test_a_login_from_another_site_is_refused(ada: User) -> None:
    response = send(Client(enforce_csrf_checks=True))
    assert response.status_code == 403
    assert "This form has expired" in response.content.decode()

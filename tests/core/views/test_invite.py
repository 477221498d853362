"""The page behind the link of an invitation."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.logs import WithoutSecrets
from core.invitations import invite, revoke
from core.models import AuditEvent, Invitation, Membership, Project, Role, User
from core.views.account_forms import TAKEN
from core.views.attempts import GUESSES
from tests.core.views.conftest import logged_in
from tests.factories import PASSWORD, MembershipFactory, UserFactory

NEW = {"name": "Bruno Weiss", "email": "Bruno@Example.org", "password": PASSWORD}


@pytest.fixture
def page(project: Project, owner: User) -> str:
    return link(project, owner)


def link(project: Project, owner: User, **more: Any) -> str:
    return invite(project, Role.ANNOTATOR, expires=timezone.now() + timedelta(days=1), by=owner, **more).page


def test_a_stranger_signs_up_and_lands_in_the_project(client: Client, page: str) -> None:
    assert "12 characters or more" in client.get(page).content.decode()
    response = client.post(page, NEW)
    assert response.url == reverse("overview", args=["helpful"])
    user = User.objects.get(email="bruno@example.org")
    assert (user.name, user.check_password(PASSWORD)) == ("Bruno Weiss", True)
    assert Membership.objects.get(user=user).role == Role.ANNOTATOR
    assert client.get(response.url).context["user"] == user


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("password", "short", "at least 12 characters"),
        ("password", "password1234", "too common"),
        ("password", "bruno@example.org", "too similar"),
        ("password", "bruno weiss!", "too similar"),
        ("name", "", "Write your name"),
        ("email", "bruno", "Write an e-mail address"),
    ],
)
def test_what_does_not_fit_comes_back_in_place(
    client: Client, page: str, field: str, value: str, sentence: str
) -> None:
    response = client.post(page, NEW | {field: value})
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not User.objects.filter(email="bruno@example.org").exists()
    assert 'value="Bruno Weiss"' in response.content.decode() or field == "name"
    assert PASSWORD not in response.content.decode()


def test_sending_the_form_twice_lets_the_same_person_in_twice(page: str) -> None:
    """The first half of a double click makes the account; the browser shows the answer to the second."""
    for browser in (Client(), Client()):
        assert browser.post(page, NEW).status_code == 302
        assert "_auth_user_id" in browser.session
    assert User.objects.filter(email="bruno@example.org").count() == 1
    assert Invitation.objects.get().used == 1


def test_an_account_that_exists_is_not_taken_over(client: Client, page: str) -> None:
    UserFactory(email="bruno@example.org", password="another long password")
    response = client.post(page, NEW)
    assert response.status_code == 422
    assert TAKEN in response.content.decode()
    assert "_auth_user_id" not in client.session
    assert AuditEvent.objects.filter(verb="login.failed").count() == 1, "it counts as a failed login"


def test_whoever_has_an_account_logs_in_instead_and_joins(client: Client, page: str) -> None:
    user = UserFactory(email="bruno@example.org")
    shown = client.get(page).content.decode()
    assert f"/login?next={page.replace('/', '%2F')}" in shown or f"/login?next={page}" in shown
    response = client.post("/login", {"email": user.email, "password": PASSWORD, "next": page})
    assert response.url == page
    assert "as annotator" in client.get(page).content.decode()
    assert client.post(page).url == reverse("overview", args=["helpful"])
    assert Membership.objects.filter(user=user).exists()


def test_a_member_is_shown_the_way_even_when_the_link_is_over(
    project: Project, page: str, as_annotator: Client
) -> None:
    Invitation.objects.update(used=1)
    response = as_annotator.get(page)
    assert (response.status_code, "in this project already" in response.content.decode()) == (200, True)


def test_a_link_for_one_address_fixes_it(client: Client, project: Project, owner: User) -> None:
    page = link(project, owner, email="bruno@example.org")
    assert client.post(page, NEW | {"email": "eve@example.org"}).status_code == 302
    assert User.objects.filter(email="bruno@example.org").exists()
    assert not User.objects.filter(email="eve@example.org").exists()


def test_another_account_cannot_use_a_link_for_one_address(project: Project, owner: User, as_outsider: Client) -> None:
    response = as_outsider.post(link(project, owner, email="bruno@example.org"))
    assert response.status_code == 422
    assert "This invitation is for bruno@example.org" in response.content.decode()


def test_what_is_over_is_gone_and_what_never_was_is_not_found(client: Client, project: Project, page: str) -> None:
    unknown = client.get("/invite/nothing")
    assert (unknown.status_code, b"Helpful" in unknown.content) == (404, False)
    revoke(Invitation.objects.get(), by=Invitation.objects.get().created_by)
    for response in (client.get(page), client.post(page, NEW)):
        assert (response.status_code, b"Helpful" in response.content) == (410, False)
        assert "taken back" in response.content.decode()


def test_guessing_is_slowed_down_for_one_address_alone(client: Client, page: str) -> None:
    for _ in range(GUESSES.address):
        assert client.get("/invite/guess", REMOTE_ADDR="10.0.0.1").status_code == 404
    refused = client.get(page, REMOTE_ADDR="10.0.0.1")
    assert refused.status_code == 429
    assert "Wait 15 minutes" in refused.content.decode()
    assert client.get(page, REMOTE_ADDR="10.0.0.2").status_code == 200


def test_the_secret_stays_on_the_page(client: Client, page: str, caplog: pytest.LogCaptureFixture) -> None:
    """Browsers pass on no address after the host's name; see the test in a real one for what they send."""
    secret = page.rpartition("/")[2]
    for response in (client.get(page), client.post(page, {}), client.put(page), client.get(f"{page}x")):
        assert response.headers["Referrer-Policy"] in ("strict-origin", "same-origin")
    with caplog.at_level(logging.WARNING):
        Client(enforce_csrf_checks=True).post(page, NEW)
    assert len(caplog.records) >= 4
    for record in caplog.records:
        WithoutSecrets().filter(record)
        assert secret not in record.getMessage()
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["without_secrets"]
    client.post(page, NEW)
    assert secret not in str(list(AuditEvent.objects.values()))


def test_pages_are_kept_by_no_cache(client: Client, page: str) -> None:
    assert "no-store" in client.get(page).headers["Cache-Control"]


def test_a_lower_invitation_takes_nothing_away(project: Project, owner: User, page: str) -> None:
    manager = MembershipFactory(project=project, role=Role.MANAGER).user
    assert logged_in(manager).post(page).status_code == 302
    assert Membership.objects.get(user=manager).role == Role.MANAGER

"""A program reads with a token what its owner may read at the moment, and changes nothing."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.errors import PrefereeError
from core.models import ApiToken, AuditEvent, Project, Role, Session, User
from core.tokens import MOST_TOKENS, create_token, revoke_token
from tests.factories import DatasetFactory, DatasetVersionFactory, MembershipFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db
ME = "/api/v1/me"


@pytest.fixture
def project() -> Project:
    return ProjectFactory(slug="helpful", name="Helpful")


@pytest.fixture
def manager(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.MANAGER, user=UserFactory(email="mia@example.org")).user


@pytest.fixture
def secret(manager: User) -> str:
    return create_token(manager, "nightly")[1]


@pytest.fixture
def file(project: Project, tmp_path: Path) -> str:
    (tmp_path / "train.jsonl").write_bytes(b"{}\n")
    version = DatasetVersionFactory(dataset=DatasetFactory(project=project), folder=str(tmp_path))
    return reverse("download", args=[project.slug, version.public, "train.jsonl"])


def get(address: str, secret: str, **more: Any) -> Any:
    return Client().get(address, headers={"Authorization": f"Bearer {secret}"}, **more)


def test_a_program_asks_who_it_is(manager: User, secret: str) -> None:
    ProjectFactory()
    answer = get(ME, secret)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    said = answer.json()
    assert (said["email"], [each["slug"] for each in said["projects"]]) == ("mia@example.org", ["helpful"])
    assert said["projects"][0]["role"] == "manager"
    assert {"manage", "team"} <= set(said["projects"][0]["verbs"])


def test_many_projects_cost_no_more_queries(manager: User, secret: str) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            get(ME, secret)
        return len(asked)

    get(ME, secret)
    one = count()
    for _ in range(5):
        MembershipFactory(user=manager)
    assert count() == one


def test_a_program_downloads_a_file_of_a_dataset(manager: User, secret: str, file: str) -> None:
    answer = get(file, secret)
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, b"{}\n")
    assert AuditEvent.objects.get(verb="dataset.download").actor == manager
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("header", ["bearer", "BEARER", "Bearer  "])
def test_the_scheme_is_written_in_any_case(secret: str, header: str) -> None:
    assert Client().get(ME, headers={"Authorization": f"{header} {secret}"}).status_code == 200


def refusals(token: ApiToken) -> dict[str, Any]:
    rows = ApiToken.objects.filter(pk=token.pk)
    return {
        "was revoked": lambda: revoke_token(token, by=token.user),
        "has expired": lambda: rows.update(expires=timezone.now()),
        "switched off": lambda: User.objects.filter(pk=token.user_id).update(is_active=False),
        "not known": lambda: rows.delete(),
    }


@pytest.mark.parametrize("why", ["was revoked", "has expired", "switched off", "not known"])
def test_a_token_that_is_over_gets_401_and_a_sentence(secret: str, file: str, why: str) -> None:
    refusals(ApiToken.objects.get())[why]()
    for address in (ME, file):
        answer = get(address, secret)
        assert answer.status_code == 401
        assert why in answer.json()["error"]
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("made_up", ["", "pref_", "pref_x", "\x00", "pref_é", "x" * 5000])
def test_what_is_no_token_gets_401(secret: str, file: str, made_up: str) -> None:
    for address in (ME, file):
        assert get(address, made_up).status_code == 401


def test_permissions_are_those_of_the_moment(manager: User, secret: str, file: str) -> None:
    assert get(file, secret).status_code == 200
    manager.memberships.update(role=Role.VIEWER)
    refused = get(file, secret)
    assert (refused.status_code, "does not include this" in refused.json()["error"]) == (403, True)
    manager.memberships.all().delete()
    assert get(file, secret).status_code == 404
    assert get(ME, secret).json()["projects"] == []


def test_no_session_is_made_and_no_cookie_set(secret: str, file: str) -> None:
    for address in (ME, file):
        assert not get(address, secret).cookies
    assert not Session.objects.exists()


def test_with_a_token_the_cookies_of_the_browser_count_for_nothing(secret: str, file: str) -> None:
    client = Client()
    client.force_login(UserFactory(is_staff=True, email="staff@example.org"))
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get(ME, headers=headers).json()["email"] == "mia@example.org"
    revoke_token(ApiToken.objects.get(), by=ApiToken.objects.get().user)
    assert client.get(file, headers=headers).status_code == 401


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("page", ["me", "file", "account"])
def test_a_token_changes_nothing(secret: str, file: str, method: str, page: str) -> None:
    address = {"me": ME, "file": file, "account": "/account/look"}[page]
    client = Client(enforce_csrf_checks=True)
    answer = getattr(client, method)(address, {}, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code in (403, 405)


def test_pages_take_no_token(secret: str) -> None:
    assert get("/", secret).status_code == 302
    assert get("/account", secret).status_code == 302


def test_nobody_gets_a_sentence_instead_of_a_login_page() -> None:
    answer = Client().get(ME)
    assert (answer.status_code, "Authorization: Bearer" in answer.json()["error"]) == (401, True)


def test_use_is_noted_once_a_minute(secret: str) -> None:
    get(ME, secret)
    first = ApiToken.objects.get().last_used
    assert first is not None
    get(ME, secret)
    assert ApiToken.objects.get().last_used == first
    ApiToken.objects.update(last_used=first - timedelta(minutes=2))
    get(ME, secret)
    assert ApiToken.objects.get().last_used >= first


def test_only_the_print_is_kept(manager: User, secret: str) -> None:
    assert secret.startswith("pref_")
    assert len(secret) > 40
    row = ApiToken.objects.values().get()
    assert row["start"] == secret[:12]
    assert secret not in f"{row} {list(AuditEvent.objects.values())}"


def test_somebody_has_so_many_tokens_and_no_more(manager: User) -> None:
    for number in range(MOST_TOKENS):
        create_token(manager, str(number))
    with pytest.raises(PrefereeError, match="Revoke one"):
        create_token(manager, "one more")
    revoke_token(ApiToken.objects.first(), by=manager)
    assert create_token(manager, "one more")

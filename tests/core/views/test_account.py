"""One's own account, and nobody else's."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import ApiToken, AuditEvent, Session, User
from core.tokens import create_token
from core.views.attempts import LOGINS
from tests.core.views.conftest import logged_in
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
NEW = "a quite different phrase"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.fixture
def ada() -> User:
    return UserFactory(email="ada@example.org", name="Ada Rossi")


@pytest.fixture
def client(ada: User) -> Client:
    return log_in()


def log_in(agent: str = FIREFOX, at: str = "10.0.0.7", password: str = PASSWORD) -> Client:
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=at)
    assert client.post("/login", {"email": "ada@example.org", "password": password}).status_code == 302
    return client


def page(client: Client) -> str:
    return client.get("/account").content.decode()


def test_the_name_is_changed_without_a_password(client: Client, ada: User) -> None:
    response = client.post("/account/identity", {"name": "Ada R.", "email": "ada@example.org"})
    assert response.url == "/account?done=identity#identity"
    ada.refresh_from_db()
    assert ada.name == "Ada R."
    assert "Saved." in client.get("/account?done=identity").content.decode()
    assert AuditEvent.objects.get(verb="account.change").detail == {"fields": ["name"]}


@pytest.mark.parametrize(("password", "status"), [("", 422), ("wrong", 422), (PASSWORD, 302)])
def test_the_address_is_changed_with_the_password_alone(client: Client, ada: User, password: str, status: int) -> None:
    data = {"name": "Ada Rossi", "email": "NEW@example.org", "current": password}
    response = client.post("/account/identity", data)
    ada.refresh_from_db()
    assert (response.status_code, ada.email == "new@example.org") == (status, status == 302)


def test_an_address_of_another_account_is_refused_in_place(client: Client, ada: User) -> None:
    UserFactory(email="bruno@example.org")
    data = {"name": "Ada Rossi", "email": "Bruno@example.org", "current": PASSWORD}
    response = client.post("/account/identity", data)
    assert response.status_code == 422
    assert "another account with this address" in response.content.decode()
    assert ">Ada Rossi<" in response.content.decode(), "the page is still that of the old account"


def test_whoever_found_an_open_browser_does_not_guess_for_ever(client: Client, ada: User) -> None:
    for _ in range(LOGINS.pair):
        client.post("/account/password", {"current": "wrong", "password": NEW})
    response = client.post("/account/password", {"current": PASSWORD, "password": NEW})
    assert response.status_code == 422
    assert "Too many wrong passwords. Wait" in response.content.decode()


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(client: Client, ada: User) -> None:
    other = log_in()
    assert "12 characters or more" in page(client)
    response = client.post("/account/password", {"current": PASSWORD, "password": NEW})
    assert response.url == "/account?done=password#password"
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    assert Session.objects.filter(user=ada).count() == 1
    assert log_in(password=NEW)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"current": "wrong", "password": NEW}, "This is not your password."),
        ({"current": "", "password": NEW}, "Write your password"),
        ({"current": PASSWORD, "password": "short"}, "at least 12 characters"),
        ({"current": PASSWORD, "password": "ada rossi 12"}, "too similar to the name"),
        ({"current": PASSWORD, "password": "password1234"}, "too common"),
    ],
)
def test_a_password_that_does_not_fit_comes_back_in_place(
    client: Client, ada: User, data: dict[str, str], sentence: str
) -> None:
    response = client.post("/account/password", data)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)
    assert NEW not in response.content.decode()


@pytest.mark.parametrize(
    ("theme", "mark"), [("system", ""), ("light", 'data-theme="light"'), ("dark", 'data-theme="dark"')]
)
def test_every_page_has_the_theme_that_was_chosen(client: Client, ada: User, theme: str, mark: str) -> None:
    client.post("/account/look", {"theme": theme, "keys": "on"})
    head = client.get("/").content.decode().split("<head>")[0]
    assert mark in head
    assert ("data-theme" in head) == bool(mark)
    assert "data-keys" not in head


def test_single_keys_are_switched_off_for_every_page(client: Client, ada: User) -> None:
    client.post("/account/look", {"theme": "system"})
    ada.refresh_from_db()
    assert not ada.keys
    assert 'data-keys="off"' in client.get("/").content.decode()


def test_an_unknown_theme_is_refused(client: Client) -> None:
    assert client.post("/account/look", {"theme": "pink"}).status_code == 422


def test_a_session_says_where_it_is(client: Client) -> None:
    log_in(agent="Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", at="127.0.0.1")
    log_in(agent="", at="")
    shown = page(client)
    for words in ("Firefox on Windows", "10.0.0.7", "Safari on iPhone", "this machine", "Unknown browser"):
        assert words in shown
    assert shown.count("this one") == 1
    assert shown.index("this one") < shown.index("Safari on iPhone"), "this session stands first"


def test_a_session_keeps_its_facts_through_every_save(client: Client, ada: User) -> None:
    before = Session.objects.values("public", "created", "address", "browser").get(user=ada)
    session = client.session
    session["something"] = 1
    session.save()
    client.get("/account")
    assert Session.objects.values("public", "created", "address", "browser").get(user=ada) == before
    client.post("/account/password", {"current": PASSWORD, "password": NEW})
    after = Session.objects.get(user=ada)
    assert (after.address, after.browser) == ("10.0.0.7", "Firefox on Windows")


def test_a_page_writes_nothing_and_some_minutes_later_one_row(client: Client, ada: User) -> None:
    def writes() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/account", REMOTE_ADDR="10.0.0.8")
        return sum("UPDATE" in query["sql"] for query in asked)

    assert writes() == 0
    long_ago = timezone.now() - timedelta(minutes=6)
    Session.objects.update(last_used=long_ago)
    assert writes() == 1
    row = Session.objects.get(user=ada)
    assert (row.last_used > long_ago, row.address) == (True, "10.0.0.8")
    assert writes() == 0


def test_ending_a_session_logs_that_browser_out(client: Client, ada: User) -> None:
    other = log_in()
    row = Session.objects.get(pk=other.session.session_key)
    assert client.post(f"/account/sessions/{row.public}/end").url == "/account?done=sessions#sessions"
    assert other.get("/account").status_code == 302
    assert client.get("/account").status_code == 200


def test_ending_this_session_is_logging_out(client: Client, ada: User) -> None:
    row = Session.objects.get(user=ada)
    assert client.post(f"/account/sessions/{row.public}/end").url == "/login"
    assert client.get("/account").status_code == 302


def test_all_others_end_at_once(client: Client, ada: User) -> None:
    others = [log_in() for _ in range(3)]
    stranger = logged_in(UserFactory())
    client.post("/account/sessions/end")
    assert all(other.get("/account").status_code == 302 for other in others)
    assert client.get("/account").status_code == 200
    assert stranger.get("/account").status_code == 200


def test_the_session_of_somebody_else_does_not_exist(client: Client) -> None:
    stranger = logged_in(UserFactory())
    row = Session.objects.get(pk=stranger.session.session_key)
    assert client.post(f"/account/sessions/{row.public}/end").status_code == 404
    assert stranger.get("/account").status_code == 200


def test_a_token_is_shown_once(client: Client, ada: User) -> None:
    made = client.post("/account/tokens", {"name": "nightly", "days": "30"})
    assert made.status_code == 200
    secret = made.context["secret"]
    assert made.content.decode().count(secret) == 1
    assert secret not in page(client)
    token = ApiToken.objects.get(user=ada)
    assert timedelta(days=29) < token.expires - timezone.now() < timedelta(days=31)
    assert f"{token.start}…" in page(client)


def test_a_token_without_a_name_or_with_odd_days_is_refused(client: Client) -> None:
    for data in ({"name": "", "days": "30"}, {"name": "x", "days": "-1"}, {"name": "x" * 61, "days": ""}):
        assert client.post("/account/tokens", data).status_code == 422
    assert not ApiToken.objects.exists()


def test_a_token_is_revoked_and_that_of_somebody_else_is_not(client: Client, ada: User) -> None:
    mine, theirs = create_token(ada, "mine")[0], create_token(UserFactory(), "theirs")[0]
    assert client.post(f"/account/tokens/{mine.public}/revoke").status_code == 302
    assert client.post(f"/account/tokens/{theirs.public}/revoke").status_code == 404
    assert list(ApiToken.objects.filter(revoked=None)) == [theirs]
    assert "No tokens yet." in page(client)


def test_somebody_who_is_switched_off_loses_sessions_and_tokens_for_good(client: Client, ada: User) -> None:
    create_token(ada, "nightly")
    ada.is_active = False
    ada.save()
    assert client.get("/account").status_code == 302
    ada.is_active = True
    ada.save()
    assert client.get("/account").status_code == 302, "the session is gone, not asleep"
    assert not ApiToken.objects.filter(revoked=None).exists()


def test_expired_sessions_are_cleared(client: Client, ada: User) -> None:
    old = log_in()
    Session.objects.filter(pk=old.session.session_key).update(expire_date=timezone.now() - timedelta(days=1))
    call_command("clearsessions")
    assert Session.objects.get(user=ada).pk == client.session.session_key


def test_many_sessions_and_tokens_cost_no_more_queries(client: Client, ada: User) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/account")
        return len(asked)

    one = count()
    for number in range(5):
        log_in()
        create_token(ada, str(number))
    assert count() == one


def test_names_of_tokens_and_browsers_do_nothing(client: Client, ada: User) -> None:
    from tests.core.views.markup import PAYLOADS, dangers

    for payload in PAYLOADS[:20]:
        create_token(ada, payload[:60])
        Client(headers={"User-Agent": payload.encode("ascii", "ignore").decode()}).post(
            "/login", {"email": ada.email, "password": PASSWORD}
        )
    assert dangers(page(client)) == []
    sent: Any = client.post("/account/identity", {"name": PAYLOADS[0] * 9, "email": PAYLOADS[0]})
    assert sent.status_code == 422
    assert dangers(sent.content.decode()) == []

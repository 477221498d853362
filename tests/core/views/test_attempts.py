"""Twenty tries: what is counted, what closes the door, and what an answer gives away."""

import re
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import AuditEvent, User
from core.views.attempts import LOGINS
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
TRIES = 20


@pytest.fixture
def ada() -> User:
    return UserFactory(email="ada@example.org")


def send(email: str, password: str = "wrong", at: str = "10.0.0.1", **more: str) -> Any:
    return Client().post("/login", {"email": email, "password": password}, REMOTE_ADDR=at, **more)


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
def test_twenty_tries_at_one_account_from_one_address(ada: User, email: str) -> None:
    statuses = [send(email).status_code for _ in range(TRIES)]
    assert statuses == [422] * LOGINS.pair + [429] * (TRIES - LOGINS.pair)
    assert AuditEvent.objects.count() == LOGINS.pair, "what is refused adds no row"


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
def test_twenty_tries_at_one_account_from_everywhere(ada: User, email: str) -> None:
    for number in range(TRIES):
        assert send(email, at=f"10.0.{number}.1").status_code == 422
    refused = send("ada@example.org", PASSWORD, at="10.9.9.9") if email == ada.email else send(email, at="10.9.9.9")
    assert refused.status_code == 429


def test_one_address_over_all_accounts(ada: User) -> None:
    for number in range(LOGINS.address):
        assert send(f"person{number}@example.org").status_code == 422
    assert send(ada.email, PASSWORD).status_code == 429
    assert send(ada.email, PASSWORD, at="10.0.0.2").status_code == 302


def test_an_office_with_a_forgetful_colleague_can_work_on(ada: User) -> None:
    for _ in range(TRIES):
        send("forgetful@example.org")
    assert send(ada.email, PASSWORD).status_code == 302


def test_all_addresses_of_one_customer_count_as_one(ada: User) -> None:
    for number in range(LOGINS.pair):
        send(ada.email, at=f"2001:db8:1:2::{number:x}")
    assert send(ada.email, at="2001:db8:1:2:ffff::1").status_code == 429
    assert send(ada.email, PASSWORD, at="2001:db8:1:3::1").status_code == 302
    assert send(ada.email, PASSWORD, at="::ffff:10.0.0.1").status_code == 302


def test_behind_a_proxy_the_address_that_it_saw_counts(ada: User, settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for number in range(LOGINS.pair):
        send(ada.email, HTTP_X_FORWARDED_FOR=f"1.2.3.{number}, 10.0.0.7")
    assert send(ada.email, HTTP_X_FORWARDED_FOR="9.9.9.9, 10.0.0.7").status_code == 429
    assert send(ada.email, PASSWORD, HTTP_X_FORWARDED_FOR="9.9.9.9, 10.0.0.8").status_code == 302


def test_the_sentence_says_how_long(ada: User) -> None:
    for _ in range(LOGINS.pair):
        send(ada.email)
    assert "Too many failed logins. Wait 15 minutes, then try again." in send(ada.email).content.decode()


def test_the_answer_costs_the_same_whether_or_not_the_account_exists(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What takes time is counted, for a test of times would fail on a busy machine."""
    User.objects.create_user("off@example.org", PASSWORD, is_active=False)
    hashed: list[str] = []
    encode = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", lambda *a: (hashed.append("once"), encode(*a))[1])
    costs, pages = [], []
    for email in ("ada@example.org", "nobody@example.org", "off@example.org"):
        hashed.clear()
        with CaptureQueriesContext(connection) as asked:
            pages.append(send(email).content.decode().replace(email, ""))
        costs.append((len(hashed), len(asked)))
    assert len(set(costs)) == 1
    assert costs[0][0] == 1
    assert len({page.split("<form")[1].split("csrfmiddlewaretoken")[0] for page in pages}) == 1


def test_three_marks_and_no_word_of_what_was_typed(ada: User) -> None:
    send("hunter2@example.org", "hunter2")
    event = AuditEvent.objects.get()
    marks = [event.target, event.detail["account"], event.detail["neighbourhood"]]
    assert len(set(marks)) == 3
    assert all(len(mark) == 32 for mark in marks)
    assert "hunter2" not in str(AuditEvent.objects.values())


def test_counting_reads_the_window_and_not_the_log(ada: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_auditevent (verb, target, detail, at) "
            "SELECT 'login.failed', 'x', '{}', now() - n * interval '1 minute' FROM generate_series(1, 20000) n"
        )
        cursor.execute("ANALYZE core_auditevent")
    with CaptureQueriesContext(connection) as asked:
        send(ada.email)
    (counting,) = [query["sql"] for query in asked if "COUNT" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {counting}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan, plan
    assert re.search(r"Index Cond: .*at >= ", plan), plan


def test_the_admin_has_no_login_of_its_own(ada: User) -> None:
    response = Client().get("/admin/login/?next=/admin/core/user/")
    assert response.url == "/login?next=/admin/core/user/"
    assert Client().post("/admin/login/", {"username": ada.email, "password": PASSWORD}).url.startswith("/login")

"""A forgotten password: the same answer and the same work for everybody, one e-mail, one change."""

import re
from typing import Any

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core import resets
from core.mailing import CONSOLE
from core.models import AuditEvent, PasswordReset, Session, User
from core.tasks import send_reset, sweep
from core.views.attempts import RESETS
from core.views.reset import ASKED
from tests.core.views.conftest import logged_in
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
NEW = "a quite different phrase"


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


@pytest.fixture
def ada() -> User:
    return UserFactory(email="ada@example.org", name="Ada Rossi")


def ask(email: str = "ada@example.org", at: str = "10.0.0.1") -> Any:
    return Client().post("/forgot", {"email": email}, REMOTE_ADDR=at)


def link_in(message: Any) -> str:
    (line,) = [line for line in message.body.splitlines() if line.startswith("http")]
    return str(line).removeprefix("http://127.0.0.1:8000")


def link_of(user: User) -> str:
    return reverse("reset", args=[user.public, default_token_generator.make_token(user)])


def test_the_login_page_leads_here(client: Client) -> None:
    assert 'href="/forgot"' in client.get("/login").content.decode()


def test_an_address_that_nobody_has_gets_the_same_answer_after_the_same_work(ada: User) -> None:
    answers, works = [], []
    for email in ("ada@example.org", "nobody@example.org"):
        with CaptureQueriesContext(connection) as asked:
            answers.append(ask(email))
        works.append([re.sub(r"\d+", "", query["sql"].split("(")[0].split(" WHERE ")[0]) for query in asked])
    assert works[0] == works[1]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert all(ASKED in answer.content.decode() for answer in answers)
    assert mail.outbox == [], "nothing is sent before the answer"
    assert set(PasswordReset.objects.values_list("user", flat=True)) == {ada.pk, None}


def test_the_message_of_the_broker_is_a_number_for_everybody(
    ada: User, monkeypatch: pytest.MonkeyPatch, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[Any] = []
    settings.CELERY_BROKER_URL = "redis://nowhere"
    monkeypatch.setattr(send_reset, "apply_async", sent.append)
    for email in ("ada@example.org", "nobody@example.org"):
        with django_capture_on_commit_callbacks(execute=True):
            ask(email)
    assert sent == [[pk] for pk in PasswordReset.objects.order_by("pk").values_list("pk", flat=True)]


def test_a_broker_that_is_away_leaves_the_row_to_the_sweep(
    ada: User, monkeypatch: pytest.MonkeyPatch, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    from kombu.exceptions import OperationalError

    def away(*_: object) -> None:
        raise OperationalError("no")

    settings.CELERY_BROKER_URL = "redis://nowhere"
    monkeypatch.setattr(send_reset, "apply_async", away)
    with django_capture_on_commit_callbacks(execute=True):
        assert ask().status_code == 200
    sweep()
    assert len(mail.outbox) == 1


def test_one_message_goes_to_the_account_and_none_to_nobody(ada: User) -> None:
    ask()
    ask("nobody@example.org")
    for pk in PasswordReset.objects.values_list("pk", flat=True):
        send_reset(pk)
        send_reset(pk)
    sweep()
    (sent,) = mail.outbox
    assert sent.to == ["ada@example.org"]
    assert "for 60 minutes" in sent.body
    assert Client().get(link_in(sent)).status_code == 200
    assert not PasswordReset.objects.filter(sent=None).exists()


def test_a_mail_server_that_is_away_costs_a_retry(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    ask()

    def away(message: object) -> None:
        raise ConnectionRefusedError("no")

    with monkeypatch.context() as down:
        down.setattr("core.mailing.EmailMessage.send", away)
        send_reset(PasswordReset.objects.get().pk)
    assert PasswordReset.objects.get().sent is None
    sweep()
    assert mail.outbox == [], "it is not asked again at once"
    cache.clear()
    sweep()
    assert len(mail.outbox) == 1


def test_a_worker_without_a_mail_server_prints_no_link(
    ada: User, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    ask()
    settings.EMAIL_BACKEND = CONSOLE
    sweep()
    assert "/reset/" not in capsys.readouterr().out
    assert PasswordReset.objects.get().sent is None


def test_an_address_that_the_server_refuses_is_not_asked_for_ever(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    ask()

    def refuse(message: object) -> None:
        raise ValueError("Invalid address")

    monkeypatch.setattr("core.mailing.EmailMessage.send", refuse)
    sweep()
    assert PasswordReset.objects.get().error == "The mail server takes no message for this address."
    assert "ada" not in PasswordReset.objects.get().error


def test_what_was_asked_for_long_ago_is_not_sent_and_not_kept(ada: User) -> None:
    ask()
    PasswordReset.objects.update(asked=timezone.now() - resets.LONGEST_TRY * 2)
    sweep()
    assert mail.outbox == []
    PasswordReset.objects.update(asked=timezone.now() - resets.KEPT * 2)
    sweep()
    assert not PasswordReset.objects.exists()


def test_somebody_who_was_switched_off_gets_none(ada: User) -> None:
    ask()
    User.objects.filter(pk=ada.pk).update(is_active=False)
    ask()
    sweep()
    assert mail.outbox == []


@pytest.mark.parametrize("email", ["", "not an address", "a\0@example.org", "x" * 300 + "@example.org"])
def test_what_is_no_address_is_said_at_once(email: str) -> None:
    assert ask(email).status_code == 422
    assert not PasswordReset.objects.exists()


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
def test_asking_too_often_is_refused_alike(ada: User, email: str) -> None:
    for _ in range(RESETS.pair):
        assert ask(email).status_code == 200
    refused = ask(email)
    assert refused.status_code == 429
    assert "Wait 15 minutes" in refused.content.decode()
    assert ask("other@example.org").status_code == 200


def test_asking_for_one_account_from_everywhere_is_refused_too(ada: User) -> None:
    for number in range(RESETS.account):
        assert ask(at=f"10.0.1.{number}").status_code == 200
    assert ask(at="10.0.2.1").status_code == 429


def test_what_was_typed_is_in_no_row(ada: User) -> None:
    ask("hunter2@example.org")
    assert "hunter2" not in str([*AuditEvent.objects.values(), *PasswordReset.objects.values()])


def test_where_no_mail_is_set_up_the_page_says_so(client: Client, ada: User, settings: Any) -> None:
    settings.EMAIL_BACKEND = CONSOLE
    for response in (client.get("/forgot"), ask()):
        assert "sends no e-mail" in response.content.decode()
    assert not PasswordReset.objects.exists()


def test_the_link_sets_a_password_logs_in_and_ends_every_other_session(client: Client, ada: User) -> None:
    thief, page = logged_in(ada), link_of(ada)
    shown = client.get(page)
    assert "12 characters or more" in shown.content.decode()
    assert shown.headers["Referrer-Policy"] == "strict-origin"
    assert client.post(page, {"password": NEW}).url == "/"
    ada.refresh_from_db()
    assert ada.check_password(NEW)
    assert client.get("/").context["user"] == ada
    assert thief.get("/").status_code == 302
    assert Session.objects.filter(user=ada).count() == 1
    assert AuditEvent.objects.get(verb="password.change").actor == ada


def test_the_link_works_once(ada: User) -> None:
    page = link_of(ada)
    assert Client().post(page, {"password": NEW}).status_code == 302
    for response in (Client().get(page), Client().post(page, {"password": PASSWORD})):
        assert (response.status_code, resets.VOID in response.content.decode()) == (410, True)


def test_the_link_is_good_for_an_hour(ada: User, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.PASSWORD_RESET_TIMEOUT == 3600
    page = link_of(ada)
    later = default_token_generator._now() + resets.LONGEST_TRY
    for late, status in ((0, 200), (1, 410)):
        monkeypatch.setattr(default_token_generator, "_now", lambda late=late: later + resets.LONGEST_TRY / 3600 * late)
        assert Client().get(page).status_code == status


def test_a_weak_password_comes_back_in_place_and_the_link_still_works(client: Client, ada: User) -> None:
    page = link_of(ada)
    for weak, sentence in (("short", "at least 12"), ("Ada Rossi 12", "too similar"), ("", "Write a password")):
        response = client.post(page, {"password": weak})
        assert response.status_code == 422
        assert sentence in response.content.decode()
    assert client.post(page, {"password": NEW}).status_code == 302


def test_the_link_of_one_is_none_of_another(ada: User) -> None:
    token = link_of(ada).rpartition("/")[2]
    assert Client().get(reverse("reset", args=[UserFactory().public, token])).status_code == 410


def test_a_new_address_or_a_login_makes_an_old_link_void(ada: User) -> None:
    page = link_of(ada)
    User.objects.filter(pk=ada.pk).update(email="new@example.org")
    assert Client().get(page).status_code == 410

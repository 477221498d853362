"""Whoever started the installation makes its first account by a link, once."""

import threading
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client

from core.errors import PrefereeError
from core.first_owner import DONE, FILE, create_first_owner, new_page
from core.models import User
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
FORM = {"name": "Olivia Owner", "email": "Olivia@example.org", "password": PASSWORD}


def test_the_link_makes_an_account_that_looks_after_the_installation() -> None:
    page, client = new_page(), Client()
    assert "12 characters or more" in client.get(page).content.decode()
    assert client.post(page, FORM).url == "/"
    user = User.objects.get()
    assert (user.email, user.is_staff, user.is_superuser) == ("olivia@example.org", True, True)
    assert client.get("/").context["user"] == user


def test_afterwards_no_link_works(django_capture_on_commit_callbacks: Any) -> None:
    page = new_page()
    with django_capture_on_commit_callbacks(execute=True):
        Client().post(page, FORM)
    assert not (Path(settings.HOME) / FILE).exists()
    for response in (Client().get(page), Client().post(page, FORM | {"email": "eve@example.org"})):
        assert (response.status_code, DONE in response.content.decode()) == (410, True)
    assert User.objects.count() == 1


def test_only_the_last_link_works_and_a_guess_does_not() -> None:
    old, new = new_page(), new_page()
    assert Client().get(old).status_code == 404
    assert Client().post("/welcome/guess", FORM).status_code == 404
    assert Client().get(new).status_code == 200
    assert not User.objects.exists()


def test_the_file_is_private_and_holds_no_secret() -> None:
    page = new_page()
    path = Path(settings.HOME) / FILE
    assert path.stat().st_mode & 0o777 == 0o600
    assert page.rpartition("/")[2] not in path.read_text()


def test_an_account_that_was_made_otherwise_closes_the_page() -> None:
    page = new_page()
    UserFactory()
    assert Client().get(page).status_code == 410


def test_what_does_not_fit_comes_back_in_place() -> None:
    response = Client().post(new_page(), FORM | {"password": "short"})
    assert response.status_code == 422
    assert "at least 12 characters" in response.content.decode()


def test_the_login_page_says_where_the_link_is() -> None:
    said = "finds a link in its terminal"
    assert said in Client().get("/login").content.decode()
    UserFactory()
    assert said not in Client().get("/login").content.decode()


def test_a_command_prints_the_link_until_there_is_an_account(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("setup_link")
    page = capsys.readouterr().out.strip().removeprefix(settings.PUBLIC_URL)
    assert Client().get(page).status_code == 200
    UserFactory()
    with pytest.raises(CommandError, match="has its first account"):
        call_command("setup_link")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_send_the_form_at_once_one_gets_the_account() -> None:
    gate, got = threading.Barrier(3), []

    def run(number: int) -> None:
        try:
            gate.wait(timeout=30)
            got.append(create_first_owner(name="N", email=f"n{number}@example.org", password=PASSWORD))
        except PrefereeError as error:
            got.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(each, User) for each in got) == 1
    assert got.count(DONE) == 2

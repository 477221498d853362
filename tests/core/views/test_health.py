import pytest
from django.db import OperationalError
from django.test import Client


@pytest.mark.django_db
def test_a_healthy_server_says_ok_to_anybody(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.django_db
def test_a_server_without_its_database_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("core.views.health.connection.cursor", refuse)
    response = client.get("/healthz")
    assert response.status_code == 503
    assert b"refused" not in response.content

import pytest
from django.conf import LazySettings
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from config import urls
from core.errors import Conflict
from core.models import Project
from core.views import errors
from tests.core.views.markup import dangers, each_payload

RAISED: dict[str, Exception] = {
    "400": BadRequest("internal detail"),
    "403": PermissionDenied("Your role in Helpful does not include this."),
    "403-silent": PermissionDenied(),
    "404": Http404("internal detail"),
    "409": Conflict("Somebody else was faster. Reload the page."),
    "500": RuntimeError("internal detail"),
}


def fail(request: HttpRequest, what: str) -> HttpResponse:
    raise RAISED.get(what) or PermissionDenied(request.GET["text"])


class FailingUrls:
    """The URLs of the site with one more, whose view fails as it is told."""

    urlpatterns = [path("fail/<what>", fail), path("", include("config.urls"))]
    handler400, handler403, handler404 = urls.handler400, urls.handler403, urls.handler404
    handler500 = urls.handler500


@pytest.fixture(autouse=True)
def failing_urls(settings: LazySettings) -> None:
    settings.ROOT_URLCONF = FailingUrls


@pytest.mark.django_db
@pytest.mark.parametrize("what", RAISED)
def test_every_failure_has_a_page_with_a_sentence_and_one_thing_to_do(what: str) -> None:
    response = Client(raise_request_exception=False).get(f"/fail/{what}")
    html = response.content.decode()
    assert response.status_code == int(what[:3])
    assert html.count("data-sentence") == 1
    assert html.count('class="button primary" href="/"') == 1
    assert "internal detail" not in html
    assert dangers(html) == []


@pytest.mark.django_db
def test_our_own_sentences_are_shown() -> None:
    assert "Your role in Helpful does not include this." in Client().get("/fail/403").content.decode()
    assert "Somebody else was faster. Reload the page." in Client().get("/fail/409").content.decode()


@pytest.mark.django_db
@each_payload
def test_a_payload_in_a_sentence_does_nothing(payload: str) -> None:
    html = Client().get("/fail/text", {"text": payload}).content.decode()
    assert dangers(html) == []


def test_the_page_for_a_broken_server_needs_no_database() -> None:
    response = errors.server_error(HttpRequest())
    assert response.status_code == 500
    assert "Something broke on our side" in response.content.decode()


def test_a_member_without_the_verb_is_told_whose_role_it_is(as_annotator: Client, project: Project) -> None:
    response = as_annotator.get("/p/helpful/agreement")
    assert response.status_code == 403
    assert "Your role in Helpful does not include this." in response.content.decode()

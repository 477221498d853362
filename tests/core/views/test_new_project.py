"""Make a project in the browser."""

from typing import Any

import pytest
from django.test import Client

from core.models import Membership, Project, Role, User
from tests.core.views.conftest import logged_in
from tests.core.views.markup import PAYLOADS, dangers
from tests.factories import ProjectFactory, UserFactory

NEW = "/new"
TYPED = {"name": "Helpful answers, May", "slug": "", "overlap": "2", "time_zone": "Europe/Zurich"}
HTMX = {"HX-Request": "true"}


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_a_project_is_made_as_it_was_typed_and_belongs_to_who_made_it(as_outsider: Client, outsider: User) -> None:
    assert "New project" in text(as_outsider.get(NEW))
    assert as_outsider.post(NEW, TYPED).url == "/p/helpful-answers-may/"
    project = Project.objects.get()
    assert (project.name, project.overlap, project.time_zone) == ("Helpful answers, May", 2, "Europe/Zurich")
    assert Membership.objects.get(project=project, role=Role.OWNER).user == outsider
    assert as_outsider.get("/p/helpful-answers-may/").status_code == 200


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": " "}, "Write a name."),
        ({"name": "n" * 201}, "Shorten it to 200 characters."),
        ({"slug": "two words"}, "“two words” cannot name a project."),
        ({"slug": "a" * 61}, "Shorten it to 60 characters."),
        ({"slug": "taken"}, "There is a project “taken” already."),
        ({"slug": "~1"}, "cannot name a project."),
        ({"overlap": "0"}, "Write a number from 1 to 100."),
        ({"overlap": ""}, "Write a number from 1 to 100."),
        ({"time_zone": "Mars/Olympus"}, "“Mars/Olympus” is no time zone."),
        ({"time_zone": ""}, "Write one like Europe/Zurich or UTC."),
    ],
)
def test_a_mistake_comes_back_in_place_with_what_was_typed(
    as_outsider: Client, typed: dict[str, str], sentence: str
) -> None:
    ProjectFactory(slug="taken")
    answer = as_outsider.post(NEW, {**TYPED, **typed})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert "Not made" in text(answer)
    assert Project.objects.count() == 1


def test_the_address_follows_the_name_until_somebody_writes_another(as_outsider: Client) -> None:
    ProjectFactory(slug="helpful")
    answer = text(as_outsider.get(NEW, {"name": "Helpful", "slug": "", "suggested": ""}, headers=HTMX))
    assert 'value="helpful-2"' in answer
    assert "<form" not in answer
    typed = {"name": "Helpful answers", "slug": "helpful-2", "suggested": "helpful-2"}
    assert 'name="slug" value="helpful-answers"' in text(as_outsider.get(NEW, typed, headers=HTMX))
    own = {"name": "Helpful answers", "slug": "mine", "suggested": "helpful-2"}
    assert 'name="slug" value="mine"' in text(as_outsider.get(NEW, own, headers=HTMX))


@pytest.mark.parametrize(("name", "slug"), [("مشروع", "project"), ("Über Größe", "uber-groe"), ("x" * 200, "x" * 54)])
def test_every_name_has_an_address(as_outsider: Client, name: str, slug: str) -> None:
    assert as_outsider.post(NEW, {**TYPED, "name": name}).url == f"/p/{slug}/"


def test_where_only_staff_make_projects_others_are_told_so(as_outsider: Client, settings: Any) -> None:
    settings.PROJECTS = "staff"
    for answer in (as_outsider.get(NEW), as_outsider.post(NEW, TYPED)):
        assert answer.status_code == 403
        assert "only staff make projects" in text(answer)
    assert "New project" not in text(as_outsider.get("/"))
    assert "Ask the owner of a project to add you." in text(as_outsider.get("/"))
    assert logged_in(UserFactory(is_staff=True)).post(NEW, TYPED).status_code == 302


def test_the_projects_page_leads_to_it(as_outsider: Client) -> None:
    html = text(as_outsider.get("/"))
    assert '<a class="button primary" href="/new">New project</a>' in html
    assert "No projects yet. Make one, or ask the owner of a project to add you." in html


@pytest.mark.parametrize("number", range(0, len(PAYLOADS), 9))
def test_what_is_typed_does_nothing(as_outsider: Client, number: int) -> None:
    sent = as_outsider.post(NEW, dict.fromkeys(TYPED, PAYLOADS[number]))
    assert dangers(sent.content.decode()) == []
    part = as_outsider.get(NEW, {"name": "x", "slug": PAYLOADS[number], "suggested": ""}, headers=HTMX)
    assert dangers(part.content.decode()) == []

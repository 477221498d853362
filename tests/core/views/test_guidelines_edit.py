"""Guidelines: written with what they look like, every version kept, an old one brought back."""

from typing import Any

import pytest
from django.test import Client

from annotate.queue.reservations import take_next
from core.models import Project, Role, User
from core.questions import current, mark_of
from tests.core.views.conftest import logged_in
from tests.core.views.markup import PAYLOADS, dangers
from tests.factories import ComparisonFactory, MembershipFactory

HERE = "/p/helpful/settings/guidelines"
HTMX = {"HX-Request": "true"}


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def send(client: Client, project: Project, guidelines: str, **more: str) -> Any:
    return client.post(HERE, {"guidelines": guidelines, "seen": mark_of(current(project)), **more})


@pytest.fixture
def seen(project: Project, annotator: User) -> None:
    """Somebody has the current guidelines before them, so the next ones are a version of their own."""
    ComparisonFactory.create_batch(3, project=project)
    take_next(annotator, project)


def test_what_is_published_is_what_people_read(as_owner: Client, as_annotator: Client, project: Project) -> None:
    assert send(as_owner, project, "Be **kind**.\r\nAlways.").url == HERE
    assert current(project).guidelines == "Be **kind**.\nAlways."
    assert "Be <strong>kind</strong>." in text(as_annotator.get("/p/helpful/guidelines"))


def test_versions_say_who_when_and_what_changed(as_owner: Client, owner: User, project: Project, seen: None) -> None:
    first = current(project).version
    send(as_owner, project, "Prefer the answer that is **correct**.\nBe kind.")
    html = text(as_owner.get(HERE))
    assert f"Version {first + 1}" in html
    assert f'<span dir="auto">{owner}</span>' in html
    assert "1 line added, 0 removed" in html
    assert '<p class="is-added" dir="auto"><span class="unseen">added:</span>Be kind.</p>' in html
    assert "The first text." in html


def test_an_old_version_is_brought_back_as_the_next_one(as_owner: Client, project: Project, seen: None) -> None:
    first = current(project)
    send(as_owner, project, "Be kind.")
    page = as_owner.get(f"{HERE}?from={first.version}")
    assert page.context["text"] == first.guidelines
    assert f"This is the text of version {first.version}." in text(page)
    send(as_owner, project, page.context["text"])
    assert current(project).guidelines == first.guidelines


@pytest.mark.parametrize("version", ["99", "x", "-1", "9" * 40, "²"])
def test_a_version_that_there_is_not_shows_the_current_one(as_owner: Client, version: str) -> None:
    page = as_owner.get(HERE, {"from": version})
    assert (page.status_code, page.context["restored"]) == (200, None)


def test_an_old_page_is_told_and_keeps_what_was_typed(as_owner: Client, project: Project) -> None:
    old = mark_of(current(project))
    send(as_owner, project, "Be kind.")
    answer = as_owner.post(HERE, {"guidelines": "Be brief.", "seen": old})
    assert (answer.status_code, "Be brief.</textarea>" in text(answer)) == (409, True)
    assert "Somebody else has published" in text(answer)


def test_too_much_is_said_in_place(as_owner: Client, project: Project) -> None:
    answer = send(as_owner, project, "x" * 100_001)
    assert (answer.status_code, "Shorten them to 100,000." in text(answer)) == (422, True)


def test_the_preview_is_rendered_and_not_kept(as_owner: Client, project: Project) -> None:
    before = current(project).guidelines
    html = text(as_owner.post(f"{HERE}/preview", {"guidelines": "# Be **kind**"}, headers=HTMX))
    assert html.startswith('<div class="preview" id="preview"')
    assert '<h3 dir="auto">Be <strong>kind</strong></h3>' in html
    assert "Nothing is written yet." in text(as_owner.post(f"{HERE}/preview", {"guidelines": " "}, headers=HTMX))
    assert "Publish guidelines" in text(as_owner.post(f"{HERE}/preview", {"guidelines": "x"}))
    assert current(project).guidelines == before


def test_who_judged_by_an_older_version_sees_what_changed_since(
    as_owner: Client, as_annotator: Client, annotator: User, project: Project
) -> None:
    ComparisonFactory.create_batch(2, project=project)
    held = take_next(annotator, project).assignment
    assert held is not None
    as_annotator.post(
        f"/p/helpful/work/{held.comparison.public}",
        {"client_id": "0190a5b0-0000-7000-8000-000000000001", "main": "a3"},
    )
    assert "Changed since" not in text(as_annotator.get("/p/helpful/guidelines"))
    send(as_owner, project, "Be kind.")
    html = text(as_annotator.get("/p/helpful/guidelines"))
    assert f"Changed since you last read them, in version {held.round.question_set.version}" in html
    assert '<p class="is-added" dir="auto"><span class="unseen">added:</span>Be kind.</p>' in html
    assert "Changed since" not in text(as_owner.get("/p/helpful/guidelines"))
    assert "Edit guidelines" not in html


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ANNOTATOR, Role.VIEWER])
def test_who_does_not_manage_writes_nothing(project: Project, role: Role) -> None:
    client = logged_in(MembershipFactory(project=project, role=role).user)
    assert client.get(HERE).status_code == 403
    assert send(client, project, "Mine.").status_code == 403
    assert client.post(f"{HERE}/preview", {"guidelines": "x"}).status_code == 403


@pytest.mark.parametrize("number", range(0, len(PAYLOADS), 9))
def test_what_is_typed_does_nothing(as_owner: Client, project: Project, seen: None, number: int) -> None:
    payload = PAYLOADS[number]
    sent = as_owner.post(f"{HERE}/preview", {"guidelines": payload}, headers=HTMX)
    assert dangers(sent.content.decode()) == []
    send(as_owner, project, payload)
    assert dangers(as_owner.get(HERE).content.decode()) == []


def test_the_list_takes_as_many_queries_for_many_versions(
    as_owner: Client, project: Project, seen: None, django_assert_num_queries: Any
) -> None:
    count = 7
    with django_assert_num_queries(count):
        as_owner.get(HERE)
    for number in range(5):
        project.question_sets.create(version=1000 + number, questions=[], guidelines=str(number))
    with django_assert_num_queries(count):
        assert len(as_owner.get(HERE).context["versions"]) == 6

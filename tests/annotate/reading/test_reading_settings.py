"""What people see beside the texts, what comes first and which words are kept back: set on a page of its own."""

from typing import Any

import pytest
from django.test import Client

from core.models import AuditEvent, Project, Role
from core.reading_settings import ReadingSettings, change_reading, reading_of
from tests.core.views.conftest import logged_in
from tests.core.views.markup import PAYLOADS, dangers
from tests.factories import ComparisonFactory, MembershipFactory

HERE = "/p/helpful/settings/reading"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def as_manager(project: Project) -> Client:
    return logged_in(MembershipFactory(project=project, role=Role.MANAGER).user)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def typed(project: Project, **more: str) -> dict[str, str]:
    return {
        "strategy": "breadth",
        "which": "own",
        "words": "Acme Bot\r\n\r\nacme",
        "seen": reading_of(project).mark,
        **more,
    }


def test_what_is_saved_holds_and_is_written_down(as_manager: Client, project: Project) -> None:
    assert as_manager.post(HERE, typed(project, shows_reference="on")).url == HERE
    project.refresh_from_db()
    assert reading_of(project) == ReadingSettings(False, True, "breadth", ["Acme Bot", "acme"])
    event = AuditEvent.objects.get(verb="project.reading")
    assert event.detail["changed"]["strategy"] == {"from": "priority", "to": "breadth"}
    assert "Acme Bot" in text(as_manager.get(HERE))


@pytest.mark.parametrize(
    ("which", "words", "stored"), [("usual", "acme", None), ("none", "acme", []), ("own", " \n", None)]
)
def test_the_usual_words_the_own_or_none(
    as_manager: Client, project: Project, which: str, words: str, stored: Any
) -> None:
    as_manager.post(HERE, typed(project, which=which, words=words))
    project.refresh_from_db()
    assert project.identity_words == stored


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"strategy": "luck"}, "Select a valid choice."),
        ({"which": "some"}, "Select a valid choice."),
        ({"words": "x" * 101}, "has 101 characters."),
        ({"words": "\n".join(map(str, range(501)))}, "There are 501 words."),
    ],
)
def test_a_mistake_comes_back_in_place(
    as_manager: Client, project: Project, change: dict[str, str], sentence: str
) -> None:
    answer = as_manager.post(HERE, typed(project, **change))
    assert (answer.status_code, sentence in text(answer)) == (422, True)
    project.refresh_from_db()
    assert project.strategy == "priority"


def test_an_old_page_is_told_and_wins_the_second_time(as_manager: Client, project: Project) -> None:
    old = typed(project)
    change_reading(project, ReadingSettings(False, False, "disagreement", ["other"]), seen=reading_of(project).mark)
    answer = as_manager.post(HERE, old)
    assert answer.status_code == 409
    assert "Now: disagreement" in text(answer)
    assert as_manager.post(HERE, {**old, "seen": answer.context["form"]["seen"].value()}).status_code == 302


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_words_are_tried_on_the_projects_responses(as_manager: Client, project: Project, headers: Any) -> None:
    ComparisonFactory(project=project, texts=["I am Acme Bot.", "Acmeology is a word."])
    answer = as_manager.post(f"{HERE}/words", typed(project), headers=headers)
    assert "1 of the newest 2 responses would be kept back." in text(answer)
    assert "Acme Bot: 1" in text(answer)
    assert as_manager.post(f"{HERE}/words", typed(project, words="x" * 101), headers=headers).status_code == 422
    project.refresh_from_db()
    assert project.identity_words is None


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ANNOTATOR, Role.VIEWER])
def test_who_does_not_manage_sets_nothing(project: Project, role: Role) -> None:
    client = logged_in(MembershipFactory(project=project, role=role).user)
    assert client.get(HERE).status_code == 403
    for address in (HERE, f"{HERE}/words"):
        assert client.post(address, typed(project)).status_code == 403


@pytest.mark.parametrize("number", range(0, len(PAYLOADS), 9))
def test_what_is_typed_does_nothing(as_manager: Client, project: Project, number: int) -> None:
    word = PAYLOADS[number][:90].strip()
    ComparisonFactory(project=project, texts=[word, "other"])
    for address, headers in ((HERE, {}), (f"{HERE}/words", HTMX), (f"{HERE}/words", {})):
        sent = as_manager.post(address, typed(project, words=word), headers=headers)
        assert dangers(sent.content.decode()) == []
    assert dangers(as_manager.get(HERE).content.decode()) == []

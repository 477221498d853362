"""The questions as a form, with what people would see beside it."""

from typing import Any

import pytest
from django.test import Client

from annotate.reservations import take_next
from core.models import Project, Role, User
from core.questions import current, mark_of
from tests.core.views.conftest import logged_in
from tests.core.views.markup import PAYLOADS, dangers
from tests.factories import ComparisonFactory, MembershipFactory

HERE = "/p/helpful/settings/questions"
HTMX = {"HX-Request": "true"}
TYPED = {
    "text": "Which is kinder?",
    "strength_1": "a bit",
    "strength_2": "",
    "strength_3": "clearly",
    "tie": "on",
    "reason": "must",
    "reason_text": "Because?",
}


@pytest.fixture
def as_manager(project: Project) -> Client:
    return logged_in(MembershipFactory(project=project, role=Role.MANAGER).user)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def typed(project: Project, **more: str) -> dict[str, str]:
    return {**TYPED, "seen": mark_of(current(project)), **more}


def test_what_is_published_is_what_people_are_asked(as_manager: Client, as_ada: Client, project: Project) -> None:
    ComparisonFactory(project=project)
    assert as_manager.post(HERE, typed(project)).url == HERE
    main, reason = current(project).questions
    assert (main["text"], main["strengths"], main["tie"], main["both_bad"]) == (
        "Which is kinder?",
        ["a bit", "clearly"],
        True,
        False,
    )
    assert reason == {"id": "rationale", "kind": "text", "text": "Because?", "required": True}
    work = text(as_ada.get("/p/helpful/work"))
    assert "Which is kinder?" in work
    assert "A clearly" in work
    assert "Both bad" not in work
    assert "A much" not in work


def test_what_the_form_does_not_know_stays_as_it_is(as_manager: Client, project: Project) -> None:
    now = current(project)
    later = {"id": "topics", "kind": "choice", "text": "Topic?", "options": [{"value": "a", "text": "A"}]}
    type(now).objects.filter(pk=now.pk).update(questions=[later, {**now.questions[0], "help": "Look twice."}])
    as_manager.post(HERE, typed(project))
    questions = current(project).questions
    assert questions[0] == later
    assert questions[1]["help"] == "Look twice."
    assert questions[2]["id"] == "rationale"
    as_manager.post(HERE, typed(project, reason="no"))
    assert [question["id"] for question in current(project).questions] == ["topics", "main"]


def test_saving_the_page_as_it_is_changes_nothing(as_manager: Client, project: Project) -> None:
    now = current(project)
    form = as_manager.get(HERE).context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value()}
    assert as_manager.post(HERE, sent).status_code == 302
    assert current(project).questions == now.questions


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"text": " "}, "Ask something."),
        ({"text": "x" * 301}, "Shorten it to 300 characters."),
        ({"strength_1": ""}, "Write one word at least."),
        ({"strength_2": "A BIT"}, "Two of the words are the same."),
        ({"strength_3": "x" * 25}, "Shorten it to 24 characters."),
        ({"reason": "maybe"}, "Select a valid choice."),
        ({"reason_text": ""}, "Ask for the reason in a word or two"),
    ],
)
def test_a_mistake_comes_back_in_place(
    as_manager: Client, project: Project, change: dict[str, str], sentence: str
) -> None:
    before = current(project).questions
    answer = as_manager.post(HERE, typed(project, **change))
    assert (answer.status_code, sentence in text(answer)) == (422, True)
    assert 'value="Because?"' in text(answer) or "reason_text" in change
    assert current(project).questions == before


def test_an_old_page_is_told_and_keeps_what_was_typed(as_manager: Client, project: Project) -> None:
    old = typed(project, text="Mine?")
    as_manager.post(HERE, typed(project))
    answer = as_manager.post(HERE, old)
    assert answer.status_code == 409
    assert "Somebody else has published" in text(answer)
    assert 'value="Mine?"' in text(answer)


def test_the_page_says_whether_people_have_seen_the_questions(as_manager: Client, project: Project, ada: User) -> None:
    assert "Nobody has seen it yet" in text(as_manager.get(HERE))
    ComparisonFactory(project=project)
    take_next(ada, project)
    assert "People have seen it" in text(as_manager.get(HERE))


def test_the_preview_is_what_the_work_page_would_show(as_manager: Client, project: Project) -> None:
    answer = as_manager.post(f"{HERE}/preview", typed(project), headers=HTMX)
    html = text(answer)
    assert html.startswith('<div class="preview" id="preview">')
    for shown in ("Which is kinder?", "A clearly", "A a bit", "Tie", "B a bit", "B clearly", "Because?"):
        assert shown in html, shown
    assert "Both bad" not in html
    assert current(project).questions[0]["text"] == "Which answer is better?"


def test_the_preview_says_what_does_not_fit(as_manager: Client, project: Project) -> None:
    html = text(as_manager.post(f"{HERE}/preview", typed(project, text=""), headers=HTMX))
    assert "Ask something." in html


def test_without_a_script_the_preview_is_the_page(as_manager: Client, project: Project) -> None:
    html = text(as_manager.post(f"{HERE}/preview", typed(project)))
    assert "A clearly" in html
    assert "Publish questions" in html


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ANNOTATOR, Role.VIEWER])
def test_who_does_not_manage_asks_nothing(project: Project, role: Role) -> None:
    client = logged_in(MembershipFactory(project=project, role=role).user)
    assert client.get(HERE).status_code == 403
    assert client.post(HERE, typed(project)).status_code == 403
    assert client.post(f"{HERE}/preview", typed(project)).status_code == 403


@pytest.mark.parametrize("number", range(0, len(PAYLOADS), 9))
def test_what_is_typed_does_nothing(as_manager: Client, project: Project, number: int) -> None:
    payload = PAYLOADS[number]
    hostile = typed(project, text=payload[:300], strength_1=payload[:24], reason_text=payload[:300])
    for address, headers in ((f"{HERE}/preview", HTMX), (f"{HERE}/preview", {}), (HERE, {})):
        sent = as_manager.post(address, hostile, headers=headers)
        assert dangers(sent.content.decode()) == []
    assert dangers(as_manager.get(HERE).content.decode()) == []


def test_the_number_of_queries_is_small(
    as_manager: Client, project: Project, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(9):
        as_manager.get(HERE)

"""The composer of questions: what a lead puts together there is what people are asked, and nothing typed is lost."""

import re
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.test import Client

from annotate.composing.changes import changes
from annotate.composing.drafts import draft_of
from annotate.composing.kinds import SORTS
from annotate.composing.presets import PRESETS
from annotate.queue.reservations import take_next
from core.models import AuditEvent, Project, Role, Rubric, User
from core.questions import current, mark_of, publish
from tests.core.views.conftest import logged_in
from tests.core.views.markup import PAYLOADS, dangers
from tests.factories import ComparisonFactory, MembershipFactory

HERE = "/p/helpful/settings/questions"
HTMX = {"HX-Request": "true"}
WHY = {"id": "rationale", "kind": "text", "text": "Because?", "required": True}
KINDER = {"id": "main", "kind": "pairwise", "text": "Which is kinder?", "strengths": ["a bit", "clearly"], "tie": True}


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> None:
    cache.clear()


@pytest.fixture
def as_manager(project: Project) -> Client:
    return logged_in(MembershipFactory(project=project, role=Role.MANAGER).user)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def document_in(response: Any) -> str:
    """The page inside the page."""
    frame = re.search(r'srcdoc="([^"]*)"', response.content.decode())
    assert frame is not None
    return unescape(frame[1])


def typed(project: Project, *questions: Any, **more: Any) -> dict[str, Any]:
    """What a browser sends of a form that holds these questions."""
    cells = {
        f"q{place}.{name}": values
        for place, cells in enumerate(draft_of(questions).questions)
        for name, values in cells.items()
    }
    return {**cells, "seen": mark_of(current(project)), **more}


def test_what_is_published_is_what_people_are_asked(as_manager: Client, as_ada: Client, project: Project) -> None:
    ComparisonFactory(project=project)
    assert as_manager.post(HERE, typed(project, KINDER, WHY)).url == HERE
    assert current(project).questions == [KINDER, WHY]
    work = text(as_ada.get("/p/helpful/work"))
    assert "Which is kinder?" in work
    assert "A clearly" in work
    assert "Both bad" not in work
    assert "A much" not in work


@pytest.mark.parametrize("name", list(PRESETS))
def test_every_preset_is_previewed_and_published(as_manager: Client, project: Project, name: str) -> None:
    preset = PRESETS[name].questions
    has_main = any(question["id"] == "main" for question in preset)
    questions = list(preset) if has_main else [KINDER | {"both_bad": True}, *preset]
    preview = as_manager.post(f"{HERE}/preview", typed(project, *questions), headers=HTMX)
    document = document_in(preview)
    for question in questions:
        assert f'data-question="{question["id"]}"' in document
    assert as_manager.post(HERE, typed(project, *questions)).status_code == 302
    assert changes(questions, current(project).questions) == []


def test_saving_the_page_as_it_is_changes_nothing(as_manager: Client, project: Project) -> None:
    now = current(project)
    assert as_manager.post(HERE, typed(project, *now.questions)).status_code == 302
    assert current(project).questions == now.questions
    assert not AuditEvent.objects.filter(verb="questions.publish").exists()


def test_with_a_script_the_page_goes_on_by_itself(as_manager: Client, project: Project) -> None:
    answer = as_manager.post(HERE, typed(project, KINDER), headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, HERE)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"q0.text": [" "]}, "Ask something."),
        ({"q0.text": ["x" * 301]}, "A question has 301 characters."),
        ({"q0.strength_1": [""]}, "A strength has 0 characters."),
        ({"q0.strength_2": ["A BIT"]}, "Two strengths are the same word."),
        ({"q0.strength_2": ["x" * 25]}, "A strength has 25 characters."),
        ({"q1.shortest": ["many"]}, "“many” is no whole number."),
        ({"q1.when": ["main"]}, "Tick at least one answer"),
        ({"q1.when": ["main"], "q1.is": ["both_bad"]}, "does not offer"),
        ({"q0.when": ["rationale"], "q0.is": ["given"]}, "It waits for a question that is not above it."),
        ({"q1.id": ["main"]}, "is called “main” in the data too"),
        ({"q1.id": ["Not a name"]}, "cannot be the id of a question"),
        ({"q0.id": ["first"]}, "The main question is missing."),
        ({"q0.text": ["NUL \0"]}, "Here stands NUL"),
    ],
)
@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_mistake_comes_back_in_place(
    as_manager: Client, project: Project, change: Any, sentence: str, headers: Any
) -> None:
    before = current(project).questions
    answer = as_manager.post(HERE, typed(project, KINDER, WHY, **change), headers=headers)
    assert (answer.status_code, sentence in text(answer)) == (422, True), text(answer)
    assert 'value="Because?"' in text(answer)
    assert 'value="clearly"' in text(answer) or "q0.strength_2" in change
    assert text(answer).startswith("<form" if headers else "<!DOCTYPE")
    assert current(project).questions == before


def test_an_old_page_is_told_what_others_changed_and_wins_the_second_time(as_manager: Client, project: Project) -> None:
    old = typed(project, KINDER | {"text": "Mine?"})
    publish(project, questions=[KINDER, WHY], seen=mark_of(current(project)))
    answer = as_manager.post(HERE, old)
    assert answer.status_code == 409
    assert "Somebody else has published" in text(answer)
    assert "Added “Because?” (own words)." in text(answer)
    assert 'value="Mine?"' in text(answer)
    assert as_manager.post(HERE, {**old, "seen": answer.context["seen"]}).status_code == 302
    assert current(project).questions[0]["text"] == "Mine?"


def test_the_page_says_whether_people_have_seen_the_questions(as_manager: Client, project: Project, ada: User) -> None:
    assert "Nobody has seen it yet" in text(as_manager.get(HERE))
    ComparisonFactory(project=project)
    take_next(ada, project)
    assert "People have seen it" in text(as_manager.get(HERE))


def test_every_kind_can_be_added(as_manager: Client, project: Project) -> None:
    page = text(as_manager.get(HERE))
    sent = typed(project)
    for sort in SORTS.values():
        assert sort.purpose in page
        answer = as_manager.post(f"{HERE}/compose", {**sent, "do": f"add:{sort.kind}"}, headers=HTMX)
        assert answer.status_code == 200
        [card] = answer.context["cards"]
        assert (card.sort, card.is_open, card.focus) == (sort, True, "text")


def test_a_button_gives_the_form_back_with_all_that_was_typed(as_manager: Client, project: Project) -> None:
    sent = typed(project, KINDER, WHY | {"text": "Half-typed"}, **{"q0.lowest": ["kept?"], "do": "up:1"})
    answer = as_manager.post(f"{HERE}/compose", sent)
    assert [card.id for card in answer.context["cards"]] == ["rationale", "main"]
    assert 'value="Half-typed"' in text(answer)
    assert "Publish questions" in text(answer), "without a script the answer is the page"
    assert text(as_manager.post(f"{HERE}/compose", sent, headers=HTMX)).startswith("<form")
    assert current(project).questions[0]["text"] == "Which answer is better?", "nothing is kept"


def test_what_a_button_cannot_do_loses_nothing(as_manager: Client, project: Project) -> None:
    sent = typed(project, KINDER, do="paste:replace", pasted="questions: [")
    answer = as_manager.post(f"{HERE}/compose", sent, headers=HTMX)
    assert answer.status_code == 422
    assert "What you pasted is neither YAML nor JSON" in text(answer)
    assert 'value="Which is kinder?"' in text(answer)
    assert "questions: [" in text(answer)


def test_the_criteria_of_a_rubric_become_questions(as_manager: Client, project: Project) -> None:
    criteria = [{"name": "Harm", "description": "", "lowest": 1, "highest": 5, "anchors": {"1": "harmful"}}]
    for version in (1, 2):
        Rubric.objects.create(project=project, name="safety", version=version, criteria=criteria)
    assert "safety 2: 1 criterion" in text(as_manager.get(HERE))
    sent = typed(project, KINDER, do="rating:append", rubric_name="safety")
    answer = as_manager.post(f"{HERE}/compose", sent, headers=HTMX)
    assert "1 = harmful" in text(answer)


def test_the_preview_is_the_work_page_in_a_frame_of_its_own(as_manager: Client, project: Project) -> None:
    answer = as_manager.post(f"{HERE}/preview", typed(project, KINDER, WHY), headers=HTMX)
    assert text(answer).startswith('<div class="composer-preview" id="preview">')
    document = document_in(answer)
    for shown in ("Which is kinder?", "A clearly", "A a bit", "Tie", "B a bit", "B clearly", "Because?"):
        assert shown in document, shown
    assert "Both bad" not in document
    assert current(project).questions[0]["text"] == "Which answer is better?"


def test_the_preview_shows_what_fits_and_says_what_does_not(as_manager: Client, project: Project) -> None:
    sent = typed(project, KINDER, WHY | {"text": ""})
    answer = as_manager.post(f"{HERE}/preview", sent, headers=HTMX)
    assert "Question 2: Ask something." in text(answer)
    assert "Which is kinder?" in document_in(answer)


def test_the_preview_can_be_about_a_comparison_of_the_project(as_manager: Client, project: Project) -> None:
    sent = typed(project, KINDER, on="real")
    assert "No comparison of the project fits" in text(as_manager.post(f"{HERE}/preview", sent, headers=HTMX))
    ComparisonFactory(project=project, texts=["one", "two", "three"])
    assert "No comparison of the project fits" in text(as_manager.post(f"{HERE}/preview", sent, headers=HTMX))
    ComparisonFactory(project=project, texts=["Stay calm.", "Run."])
    assert "Stay calm." in as_manager.post(f"{HERE}/preview", sent, headers=HTMX).content.decode()


def test_the_page_says_how_many_comparisons_people_are_asked(as_manager: Client, project: Project) -> None:
    assert "pairs: none of this project’s comparisons" in text(as_manager.get(HERE))
    cache.clear()
    ComparisonFactory.create_batch(2, project=project)
    ComparisonFactory(project=project, texts=["one", "two", "three"])
    assert "People are asked pairs: 2 pairs fit; 1 list is not asked." in text(as_manager.get(HERE))
    sent = typed(project, *PRESETS["ranking"].questions, KINDER | {"id": "tone"})
    answer = as_manager.post(f"{HERE}/preview", sent)
    assert "People are asked pairs and lists: 2 pairs and 1 list fit." in text(answer)
    assert "Asked of pairs only, not of everything that the main question asks." in text(answer)


def test_old_versions_say_what_they_changed_and_can_be_used_again(
    as_manager: Client, project: Project, ada: User
) -> None:
    first = current(project).version
    ComparisonFactory(project=project)
    take_next(ada, project)
    as_manager.post(HERE, typed(project, KINDER, WHY))
    page = text(as_manager.get(HERE))
    assert "“Which answer is better?” now reads “Which is kinder?”." in page
    assert f'<a href="?from={first}"' in page
    again = as_manager.get(HERE, {"from": str(first)})
    assert f"These are the questions of version {first}." in text(again)
    assert 'value="Which answer is better?"' in text(again)
    assert as_manager.get(HERE, {"from": "9" * 30}).status_code == 200


@pytest.mark.parametrize("ending", ["yaml", "json"])
def test_a_version_is_downloaded_and_pasted_elsewhere(as_manager: Client, project: Project, ending: str) -> None:
    version = current(project).version
    answer = as_manager.get(f"{HERE}/{version}.{ending}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="helpful-questions-{version}.{ending}"'
    sent = typed(project, KINDER, do="paste:replace", pasted=answer.content.decode())
    composed = as_manager.post(f"{HERE}/compose", sent)
    assert [card.title for card in composed.context["cards"]] == ["Which answer is better?", "Why?"]
    assert as_manager.get(f"{HERE}/{version + 7}.{ending}").status_code == 404
    assert as_manager.get(f"{HERE}/{version}.exe").status_code == 404


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ANNOTATOR, Role.VIEWER])
def test_who_does_not_manage_asks_nothing(project: Project, role: Role) -> None:
    client = logged_in(MembershipFactory(project=project, role=role).user)
    assert client.get(HERE).status_code == 403
    assert client.get(f"{HERE}/1.yaml").status_code == 403
    for address in (HERE, f"{HERE}/preview", f"{HERE}/compose"):
        assert client.post(address, typed(project, KINDER)).status_code == 403


@pytest.mark.parametrize("number", range(0, len(PAYLOADS), 6))
def test_what_is_typed_does_nothing(as_manager: Client, project: Project, number: int) -> None:
    payload = PAYLOADS[number][:290].strip()
    questions = [
        KINDER | {"text": payload, "help": payload, "strengths": [payload[:24]]},
        {"id": "topic", "kind": "choice", "text": payload, "options": [{"value": "a", "text": payload}]},
        {**PRESETS["helpsteer2"].questions[0], "id": "quality", "text": payload},
        WHY | {"tags": [payload[:50]], "when": {"question": "topic", "is": ["a"]}},
    ]
    hostile = typed(project, *questions, **{"q2.a0.anchors": [f"0 = {payload}"], "q2.a0.text": [payload]})
    hostile |= {"pasted": payload, "rubric_name": payload, "do": payload, "preset": payload}
    for address in (f"{HERE}/preview", f"{HERE}/compose", HERE):
        for headers in (HTMX, {}):
            assert dangers(as_manager.post(address, hostile, headers=headers).content.decode()) == []
    assert dangers(as_manager.get(HERE).content.decode()) == []
    assert dangers(as_manager.get(f"{HERE}?from={quote(payload)}").content.decode()) == []


def test_what_the_preview_shows_of_a_project_does_nothing(as_manager: Client, project: Project) -> None:
    ComparisonFactory(project=project, texts=PAYLOADS[:2])
    page = as_manager.post(f"{HERE}/preview", typed(project, KINDER, on="real"))
    assert dangers(page.content.decode()) == []
    assert "iframe" in page.content.decode()


def test_the_number_of_queries_does_not_grow(
    as_manager: Client, project: Project, django_assert_max_num_queries: Any
) -> None:
    for version in range(2, 8):
        project.question_sets.create(version=version, questions=[KINDER, WHY], guidelines="")
    many = [{"id": f"q_{number}", "kind": "text", "text": "Why?"} for number in range(25)]
    with django_assert_max_num_queries(12):
        as_manager.get(HERE)
    with django_assert_max_num_queries(9):
        as_manager.post(f"{HERE}/compose", typed(project, KINDER, *many, do="look"), headers=HTMX)

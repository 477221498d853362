import re
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from annotate.models import Assignment
from annotate.queue.reservations import take_next
from annotate.reading.texts import texts_of
from annotate.work.held import responses_of
from core.models import Comparison, Judgment, Project, QuestionSet, Status, User
from core.renderings import rendered_many
from tests.core.views.conftest import logged_in
from tests.core.views.markup import dangers, each_payload
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, PromptFactory, ResponseFactory

WORK = "/p/helpful/work"
HTMX = {"HX-Request": "true"}
# What differs between any two showings: marks, tokens, texts, the progress, the time.
OF_ITS_OWN = (
    r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9A-Za-z]{64}|Same text [01]|value=\"[01]\"|[01] of 2|[01] today|data-now=\"\d+\""
)


@pytest.fixture
def comparison(project: Project) -> Comparison:
    return ComparisonFactory(project=project, texts=["The first text.", "The second text."])


def address(comparison: Comparison, verb: str = "") -> str:
    return f"{WORK}/{comparison.public}{verb}"


def send(client: Client, comparison: Comparison, choice: str = "a3", *, htmx: bool = True, **more: Any) -> HttpResponse:
    data = {"client_id": str(uuid4()), "main": choice, **more}
    return client.post(address(comparison), data, headers=HTMX if htmx else {})


def html_of(response: HttpResponse) -> str:
    return response.content.decode()


def test_the_page_shows_the_comparison_in_the_recorded_order(as_ada: Client, comparison: Comparison) -> None:
    html = html_of(as_ada.get(WORK))
    assignment = Assignment.objects.get()
    texts = [comparison.candidates.get(slot=slot).response.content for slot in assignment.order]
    assert 0 < html.index(texts[0]) < html.index(texts[1])


def test_each_person_has_an_order_of_their_own(project: Project, ada: User, bruno: User) -> None:
    for _ in range(12):
        ComparisonFactory(project=project, votes_wanted=2)
    orders = {person: [take_order(person, project) for _ in range(12)] for person in (ada, bruno)}
    assert orders[ada] != orders[bruno]


def take_order(person: User, project: Project) -> list[int]:
    assignment = take_next(person, project).assignment
    send(logged_in(person), assignment.comparison)
    return assignment.order


def test_the_page_says_what_is_done_of_how_many(as_ada: Client, project: Project, comparison: Comparison) -> None:
    ComparisonFactory(project=project)
    assert ">0 of 2<" in html_of(as_ada.get(WORK))


def test_the_next_comparison_comes_in_the_same_round_trip(as_ada: Client, project: Project) -> None:
    ComparisonFactory.create_batch(2, project=project)
    first = Comparison.objects.get(public=shown_in(html_of(as_ada.get(WORK))))
    html = html_of(send(as_ada, first))
    assert shown_in(html) != str(first.public)
    assert ">1 of 2<" in html
    assert "Saved" in html
    assert "<html" not in html


def shown_in(html: str) -> str:
    return re.search(r'hx-post="/p/helpful/work/([0-9a-f-]{36})"', html)[1]


def test_without_javascript_the_answer_leads_back_to_work(as_ada: Client, comparison: Comparison) -> None:
    as_ada.get(WORK)
    response = send(as_ada, comparison, htmx=False)
    assert (response.status_code, response.url) == (302, WORK)
    assert Judgment.objects.count() == 1


def test_time_is_measured_by_the_server_and_capped_by_it(as_ada: Client, comparison: Comparison) -> None:
    as_ada.get(WORK)
    send(as_ada, comparison, active_ms="999999999")
    judgment = Judgment.objects.get()
    assert 0 <= judgment.wall_ms < 60_000
    assert judgment.active_ms == judgment.wall_ms


@pytest.mark.parametrize("sent", ["", "-5", "x", "1e9", "٣", "9" * 30])
def test_a_time_that_makes_no_sense_is_unknown(as_ada: Client, comparison: Comparison, sent: str) -> None:
    as_ada.get(WORK)
    assert send(as_ada, comparison, active_ms=sent).status_code == 200
    assert Judgment.objects.get().active_ms is None


def test_a_week_on_one_comparison_still_fits(as_ada: Client, comparison: Comparison) -> None:
    as_ada.get(WORK)
    Assignment.objects.update(shown="2020-01-01T00:00Z")
    assert send(as_ada, comparison).status_code == 200


def test_nothing_chosen_is_refused_in_place_and_keeps_what_was_written(as_ada: Client, comparison: Comparison) -> None:
    as_ada.get(WORK)
    mark = str(uuid4())
    response = send(as_ada, comparison, "", rationale="Half a <b>thought", client_id=mark)
    html = html_of(response)
    assert (response.status_code, response["HX-Retarget"]) == (422, "#answer")
    assert "Choose an answer first, then submit." in html
    assert "Half a &lt;b&gt;thought</textarea>" in html
    assert f'name="client_id" value="{mark}"' in html
    assert "The first text." not in html
    assert not Judgment.objects.exists()


def test_a_refusal_without_javascript_is_the_whole_page(as_ada: Client, comparison: Comparison) -> None:
    as_ada.get(WORK)
    response = send(as_ada, comparison, "", htmx=False)
    assert response.status_code == 422
    assert "The first text." in html_of(response)
    assert "Choose an answer first, then submit." in html_of(response)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("main", "c9", "This question has no such answer."),
        ("main", "x" * 999, "This question has no such answer."),
        ("client_id", "", "This form is damaged."),
        ("client_id", "not a uuid", "This form is damaged."),
        ("rationale", "x" * 10_001, "The reason is longer than 10,000 characters. Shorten it."),
        ("rationale", "a\0b", "Null characters are not allowed."),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(
    as_ada: Client, comparison: Comparison, field: str, value: str, sentence: str
) -> None:
    as_ada.get(WORK)
    response = send(as_ada, comparison, **{"main": "tie", field: value})
    assert response.status_code == 422
    assert sentence in html_of(response)
    assert not Judgment.objects.exists()


def test_a_reason_is_asked_for_where_the_questions_require_one(
    as_ada: Client, project: Project, comparison: Comparison
) -> None:
    questions = QuestionSet.objects.get(project=project)
    questions.questions[1]["required"] = True
    questions.save()
    as_ada.get(WORK)
    assert "Say why in a few words, then submit." in html_of(send(as_ada, comparison))
    assert send(as_ada, comparison, rationale="Because.").status_code == 200


def test_the_reason_is_kept_with_its_lines(as_ada: Client, comparison: Comparison) -> None:
    as_ada.get(WORK)
    send(as_ada, comparison, rationale=" one\r\ntwo ")
    assert Judgment.objects.get().rationale == "one\ntwo"


def test_sent_twice_it_is_one_judgment_and_the_next_comparison_both_times(as_ada: Client, project: Project) -> None:
    ComparisonFactory.create_batch(2, project=project)
    first = Comparison.objects.get(public=shown_in(html_of(as_ada.get(WORK))))
    mark = str(uuid4())
    pages = [html_of(send(as_ada, first, client_id=mark)) for _ in range(2)]
    assert Judgment.objects.count() == 1
    assert shown_in(pages[0]) == shown_in(pages[1]) != str(first.public)


def test_every_showing_of_a_comparison_has_the_same_mark(as_ada: Client, comparison: Comparison) -> None:
    marks = {re.search(r'name="client_id" value="([^"]+)"', html_of(as_ada.get(WORK)))[1] for _ in range(2)}
    assert marks == {str(Assignment.objects.get().client_id)}


def test_when_nothing_is_left_the_page_says_what_to_do(as_ada: Client, comparison: Comparison) -> None:
    as_ada.get(WORK)
    html = html_of(send(as_ada, comparison))
    assert "Nothing for you now." in html
    assert "You have judged 1 today" in html


def test_an_answer_that_came_too_late_is_said_so(as_ada: Client, bruno: User, comparison: Comparison) -> None:
    as_ada.get(WORK)
    Assignment.objects.update(expires="2026-01-01T00:00Z")
    as_bruno = logged_in(bruno)
    as_bruno.get(WORK)
    send(as_bruno, comparison)
    assert "Kept beside the count: others had already answered" in html_of(send(as_ada, comparison))
    assert Judgment.objects.filter(status=Status.SURPLUS).count() == 1


def test_a_skip_brings_the_next_comparison(as_ada: Client, project: Project) -> None:
    ComparisonFactory.create_batch(2, project=project)
    first = Comparison.objects.get(public=shown_in(html_of(as_ada.get(WORK))))
    data = {"client_id": str(uuid4()), "reason": "language"}
    html = html_of(as_ada.post(address(first, "/skip"), data, headers=HTMX))
    assert shown_in(html) != str(first.public)
    assert "Skipped" in html
    assert Judgment.objects.get().answers == {"skip": "language"}


@pytest.mark.parametrize("reason", ["", "because"])
def test_a_skip_wants_one_of_the_reasons(as_ada: Client, comparison: Comparison, reason: str) -> None:
    as_ada.get(WORK)
    data = {"client_id": str(uuid4()), "reason": reason}
    assert as_ada.post(address(comparison, "/skip"), data, headers=HTMX).status_code == 422
    assert not Judgment.objects.exists()


def test_a_comparison_that_was_not_reserved_is_forbidden(as_ada: Client, comparison: Comparison) -> None:
    assert send(as_ada, comparison).status_code == 403


def test_a_comparison_of_another_project_does_not_exist_here(as_ada: Client, project: Project) -> None:
    assert send(as_ada, ComparisonFactory()).status_code == 404


def test_an_expired_session_gets_no_login_page_inside_the_page(comparison: Comparison) -> None:
    response = send(Client(), comparison)
    assert response.status_code == 401
    assert "<" not in html_of(response)


def test_the_page_is_kept_by_no_cache(as_ada: Client, comparison: Comparison) -> None:
    response = as_ada.get(WORK)
    assert "no-store" in response["Cache-Control"]
    assert "HX-Request" in response["Vary"]


def test_a_submit_takes_no_more_queries_for_a_long_queue(
    as_ada: Client, project: Project, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    ComparisonFactory.create_batch(30, project=project)
    html = html_of(as_ada.get(WORK))
    html = html_of(send(as_ada, Comparison.objects.get(public=shown_in(html))))
    following = Comparison.objects.get(public=shown_in(html))
    for each in project.comparisons.all():
        rendered_many(project, texts_of(each, responses_of(each)))
    with django_assert_max_num_queries(24):
        send(as_ada, following)


def test_nothing_on_the_page_tells_who_wrote_or_judged_what(as_ada: Client, ada: User, project: Project) -> None:
    prompt = PromptFactory(project=project, metadata={"note": "secret-metadata"}, reference="secret-reference")
    responses = [
        ResponseFactory(prompt=prompt, author=f"secret-author-{n}", metadata={"n": "secret-metadata"}) for n in range(2)
    ]
    comparison = ComparisonFactory(project=project, prompt=prompt, responses=responses)
    for kind in ("human", "ai", "gold"):
        judge = JudgeFactory(project=project, kind=kind, name=f"secret-judge-{kind}")
        JudgmentFactory(comparison=comparison, judge=judge, rationale="secret-rationale")
    Assignment.objects.create(
        project=project,
        comparison=comparison,
        person=ada,
        round=project.current_round,
        order=[1, 0],
        expires="2099-01-01T00:00Z",
        shown="2026-01-01T00:00Z",
    )
    html = html_of(as_ada.get(WORK))
    assert responses[0].content in html
    assert "secret" not in html
    assert not any(str(response.public) in html for response in responses)


def test_gold_and_the_rest_are_the_same_page(as_ada: Client, ada: User, bruno: User, project: Project) -> None:
    prompt = PromptFactory(project=project)
    for gold in (False, True):
        pair = [ResponseFactory(prompt=prompt, content=f"Same text {n}.", author=f"m{gold}{n}") for n in range(2)]
        comparison = ComparisonFactory(project=project, prompt=prompt, responses=pair, votes_wanted=2)
        if gold:
            JudgmentFactory(comparison=comparison, judge=JudgeFactory(project=project, kind="gold"))
    pages = []
    for _ in range(2):
        html = html_of(as_ada.get(WORK))
        pages.append(re.sub(OF_ITS_OWN, "", html))
        send(as_ada, Comparison.objects.get(public=shown_in(html)))
    assert pages[0] == pages[1]


@each_payload
def test_what_was_written_does_nothing_on_the_work_page(as_ada: Client, project: Project, payload: str) -> None:
    Project.objects.filter(pk=project.pk).update(name=payload[:200])
    prompt = PromptFactory(
        project=project,
        messages=[{"role": "user", "content": payload}, {"role": payload, "content": payload}],
        system=payload,
        contexts=[{"title": payload, "text": payload}],
    )
    comparison = ComparisonFactory(project=project, prompt=prompt, texts=[payload, f"{payload} again"])
    assert dangers(html_of(as_ada.get(WORK))) == []
    assert dangers(html_of(send(as_ada, comparison, "", rationale=payload))) == []


def test_a_response_of_several_messages_is_shown_as_a_conversation(as_ada: Client, project: Project) -> None:
    messages = [
        {"role": "assistant", "content": "Let me look.", "tool_calls": [{"function": {"name": "search"}}]},
        {"role": "tool", "content": [{"type": "text", "text": "Found it."}]},
        {"role": "assistant", "content": None},
    ]
    prompt = PromptFactory(project=project)
    several = ResponseFactory(prompt=prompt, content="", messages=messages)
    ComparisonFactory(project=project, prompt=prompt, responses=[several, ResponseFactory(prompt=prompt, content="")])
    html = html_of(as_ada.get(WORK))
    for piece in ("Let me look.", "Tool", "Found it.", "search", "This answer is empty."):
        assert piece in html

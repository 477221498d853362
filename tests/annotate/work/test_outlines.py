"""A page whose words are set into what was made once is, letter by letter, the page that would have been made anew."""

import re
from typing import Any

import pytest
from django.test import Client

from annotate.models import Assignment, QueueItem
from annotate.queue.reservations import take_next
from annotate.views import work
from core.models import Comparison, Project, QuestionSet, User
from core.templatetags import moulds
from tests.factories import ComparisonFactory, PromptFactory, ResponseFactory

WORK, HTMX = "/p/helpful/work", {"HX-Request": "true"}
OF_ITS_OWN = re.compile(r'data-now="\d+"|\b\w{64}\b')  # the time, and tokens
CHAT = [
    {"role": "user", "content": "Who are *you*?"},
    {"role": "assistant", "content": "<b>me</b>"},
    {"role": "oracle & co", "content": "And now?"},
]
TEXTS = {
    "plain": ["One.", "Two `code`."],
    "alike": ["The same.", "The same."],
    "empty": ["", "Two."],
    "others": ["שלום עולם", "<script>alert(1)</script> {{ user }} {% now %}"],
    "three": ["One.", "Two.", "Three."],
}
PROMPTS: dict[str, dict[str, Any]] = {
    "short": {"messages": [{"role": "user", "content": "Say something."}]},
    "chat": {"messages": CHAT, "system": "Be brief.", "reference": "The reference."},
    "silent": {"messages": [{"role": "user", "content": ""}, {"role": "user", "content": "Say something."}]},
    "passages": {
        "messages": [{"role": "user", "content": "Be brief."}],
        "system": "Be brief.",
        "contexts": [{"title": "A & B", "text": "One passage."}, {"text": "Another passage."}],
    },
}


@pytest.fixture(autouse=True)
def nothing_made(monkeypatch: pytest.MonkeyPatch) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    monkeypatch.setattr(moulds, "_made", made)
    return made


def comparison_of(project: Project, prompt: str, texts: str) -> Comparison:
    asked = PromptFactory(project=project, **PROMPTS[prompt])
    responses = [ResponseFactory(prompt=asked, content=text) for text in TEXTS[texts]]
    return ComparisonFactory(project=project, prompt=asked, responses=responses, votes_wanted=9)


def shown_to(client: Client, **headers: str) -> str:
    return OF_ITS_OWN.sub("", client.get(WORK, headers=headers).content.decode())


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("texts", TEXTS)
@pytest.mark.parametrize("headers", [HTMX, {}], ids=["part", "page"])
def test_the_page_is_the_same_letter_by_letter(
    as_ada: Client,
    project: Project,
    prompt: str,
    texts: str,
    headers: dict[str, str],
    nothing_made: dict[Any, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project.shows_length, project.shows_reference = texts == "alike", texts != "three"
    if texts == "three":
        questions = [{"id": "main", "kind": "ranking", "text": "Rank them.", "required": True, "ties": True}]
        QuestionSet.objects.update(questions=questions)
        project.most_responses = 3
    project.save()
    comparison_of(project, prompt, texts)
    made, set_in = shown_to(as_ada, **headers), shown_to(as_ada, **headers)
    assert len(nothing_made) == 1
    monkeypatch.setattr(work, "outline_of", lambda *_: None)
    assert made == set_in == shown_to(as_ada, **headers)


def test_comparisons_of_one_outline_share_it_and_each_has_its_own_texts(
    as_ada: Client, ada: User, project: Project, nothing_made: dict[Any, Any]
) -> None:
    comparison = comparison_of(project, "short", "plain")
    assert "Two <code" in shown_to(as_ada, **HTMX)
    others = [ResponseFactory(prompt=comparison.prompt, content=text) for text in TEXTS["others"]]
    ComparisonFactory(project=project, prompt=comparison.prompt, responses=others)
    Assignment.objects.all().delete()
    QueueItem.objects.filter(comparison=comparison).delete()
    html = shown_to(as_ada, **HTMX)
    assert "שלום עולם" in html
    assert "Two <code" not in html
    assert len(nothing_made) == 1


def test_a_draft_is_shown_in_a_page_of_its_own(as_ada: Client, ada: User, project: Project) -> None:
    comparison_of(project, "short", "plain")
    held = take_next(ada, project).assignment
    assert held is not None
    Assignment.objects.update(draft={"main": ["a2"]}, draft_saved=held.shown)
    assert re.search(r'value="a2"\s+[^>]*checked', shown_to(as_ada, **HTMX))
    Assignment.objects.update(draft=None, draft_saved=None)
    assert "checked" not in shown_to(as_ada, **HTMX)

"""The page of differences: of one's own two answers in one's own order, and of an edit against its original."""

import pytest
from django.test import Client

from annotate.models import Assignment
from core.models import Comparison, Project, Role, User
from tests.core.views.conftest import logged_in
from tests.core.views.markup import dangers, each_payload
from tests.factories import ComparisonFactory, MembershipFactory, PromptFactory, ResponseFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def comparison(project: Project) -> Comparison:
    return ComparisonFactory(project=project, texts=["The first text.", "The second text."])


def address(comparison: Comparison) -> str:
    return f"/p/helpful/work/{comparison.public}/differences"


def test_each_side_stands_where_its_answer_does(as_ada: Client, comparison: Comparison) -> None:
    as_ada.get("/p/helpful/work")
    html = as_ada.get(address(comparison), headers=HTMX).content.decode()
    first = Assignment.objects.get().order[0]
    words = ["first ", "second "] if first == 0 else ["second ", "first "]
    for letter, word in zip("AB", words, strict=True):
        side = html.partition(f'id="differ-{letter}"')[2].partition("</div>")[0]
        assert 'hx-swap-oob="true">The <mark class="differ-only">' + word in side
    assert "<html" not in html


def test_without_a_script_it_is_a_page(as_ada: Client, comparison: Comparison) -> None:
    as_ada.get("/p/helpful/work")
    html = as_ada.get(address(comparison)).content.decode()
    assert "Back to the comparison" in html
    assert "hx-swap-oob" not in html


def test_nobody_compares_what_is_not_before_them(as_ada: Client, comparison: Comparison) -> None:
    assert as_ada.get(address(comparison)).status_code == 404


def test_the_page_says_nothing_of_authors(as_ada: Client, project: Project) -> None:
    prompt = PromptFactory(project=project, reference="secret-reference")
    pair = [ResponseFactory(prompt=prompt, author=f"secret-{n}", content=f"Text {n}.") for n in range(2)]
    comparison = ComparisonFactory(project=project, prompt=prompt, responses=pair)
    as_ada.get("/p/helpful/work")
    html = as_ada.get(address(comparison)).content.decode()
    assert "secret" not in html
    assert not any(str(each.public) in html for each in pair)


@each_payload
def test_what_was_written_does_nothing(as_ada: Client, project: Project, payload: str) -> None:
    comparison = ComparisonFactory(project=project, texts=[payload, f"{payload} again"])
    as_ada.get("/p/helpful/work")
    assert dangers(as_ada.get(address(comparison)).content.decode()) == []


def test_an_edit_shows_what_was_changed(project: Project) -> None:
    prompt = PromptFactory(project=project)
    original = ResponseFactory(prompt=prompt, content="A cat sat.")
    edit = ResponseFactory(prompt=prompt, content="A dog sat.", parent=original, author_kind="person", author="Ann")
    client = logged_in(MembershipFactory(project=project, role=Role.REVIEWER).user)
    page = client.get(f"/p/helpful/prompts/{prompt.public}").content.decode()
    link = f"/p/helpful/responses/{edit.public}/changes"
    assert page.count("Show what was changed") == 1
    assert link in page
    html = client.get(link, headers=HTMX).content.decode()
    assert '<del class="differ-removed">cat </del><ins class="differ-added">dog </ins>' in html
    assert client.get(f"/p/helpful/responses/{original.public}/changes").status_code == 404


def test_who_has_yet_to_judge_an_edit_is_not_told_that_it_is_one(project: Project) -> None:
    prompt = PromptFactory(project=project)
    original = ResponseFactory(prompt=prompt, content="A cat sat.")
    edit = ResponseFactory(prompt=prompt, content="A dog sat.", parent=original)
    ComparisonFactory(project=project, prompt=prompt, responses=[original, edit])
    client = logged_in(MembershipFactory(project=project, role=Role.REVIEWER).user)
    client.get("/p/helpful/work")
    assert "Show what was changed" not in client.get(f"/p/helpful/prompts/{prompt.public}").content.decode()
    assert client.get(f"/p/helpful/responses/{edit.public}/changes").status_code == 404


def test_length_and_reference_show_where_the_project_wants_it(as_ada: Client, ada: User, project: Project) -> None:
    prompt = PromptFactory(project=project, reference="The **right** answer.")
    pair = [ResponseFactory(prompt=prompt, content=text) for text in ("One two three.", "Four five.")]
    ComparisonFactory(project=project, prompt=prompt, responses=pair)
    html = as_ada.get("/p/helpful/work").content.decode()
    assert "3 words" in html
    assert "Reference answer" not in html
    Project.objects.update(shows_length=False, shows_reference=True)
    html = as_ada.get("/p/helpful/work").content.decode()
    assert "3 words" not in html
    assert "The <strong>right</strong> answer." in html

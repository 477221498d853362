"""Content is rendered once and kept, never mixed between projects, and gone with the texts."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from core import renderings
from core.models import Project, Rendering
from core.rendering import MOST_CHARACTERS, VERSION, rendered
from core.renderings import forget, forget_old_ones, rendered_many
from tests.factories import ProjectFactory

TEXTS = ["**one**", "two $x^2$", "", "three\nlines"]


@pytest.fixture
def project(db: None) -> Project:
    return ProjectFactory()


def test_texts_look_as_they_do_when_rendered_one_by_one(project: Project) -> None:
    for _ in range(2):
        assert rendered_many(project, TEXTS) == {text: rendered(text) for text in TEXTS}
    assert rendered_many(project, TEXTS, breaks=False) == {text: rendered(text, breaks=False) for text in TEXTS}


def test_what_is_kept_is_read_in_one_query_and_rendered_never_again(
    project: Project, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    before = rendered_many(project, TEXTS)
    monkeypatch.setattr(renderings, "html_of", lambda *_, **__: pytest.fail("was rendered again"))
    with django_assert_num_queries(1):
        assert rendered_many(project, [*TEXTS, *TEXTS]) == before


def test_only_what_is_missing_is_rendered(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered_many(project, TEXTS)
    made: list[str] = []
    html_of = renderings.html_of
    monkeypatch.setattr(renderings, "html_of", lambda text, **more: (made.append(text), html_of(text, **more))[1])
    rendered_many(project, [*TEXTS, "four"])
    assert made == ["four"]


def test_a_very_long_text_is_shown_and_not_kept(project: Project) -> None:
    text = "a " * MOST_CHARACTERS
    assert rendered_many(project, [text])[text] == rendered(text)
    assert not Rendering.objects.exists()


def test_half_a_character_and_nothing_are_no_error(project: Project) -> None:
    assert "\ufffd" in rendered_many(project, ["\ud800"])["\ud800"]
    assert "\ufffd" in rendered_many(project, ["a\0b"])["a\0b"]
    assert rendered_many(project, []) == {}


def test_another_version_of_the_renderer_starts_anew_and_the_old_goes(project: Project, monkeypatch: Any) -> None:
    rendered_many(project, TEXTS)
    monkeypatch.setattr(renderings, "VERSION", VERSION + 1)
    rendered_many(project, TEXTS[:1])
    assert Rendering.objects.count() == len(TEXTS) + 1
    assert forget_old_ones() == len(TEXTS)
    assert Rendering.objects.get().version == VERSION + 1


def test_what_was_read_before_an_erasure_is_not_kept_after_it(project: Project) -> None:
    rendered_many(project, TEXTS)
    reader = Project.objects.get(pk=project.pk)
    assert forget(project) == len(TEXTS)
    assert rendered_many(reader, TEXTS[:1])[TEXTS[0]] == rendered(TEXTS[0])
    assert not Rendering.objects.exists()
    rendered_many(Project.objects.get(pk=project.pk), TEXTS)
    assert Rendering.objects.count() == len(TEXTS)


def test_each_project_keeps_its_own(project: Project) -> None:
    other = ProjectFactory()
    for each in (project, other):
        rendered_many(each, TEXTS)
    forget(project)
    assert {row.project_id for row in Rendering.objects.all()} == {other.pk}

from django.test import Client

from core.models import Project, QuestionSet
from tests.factories import ProjectFactory

GUIDELINES = "/p/helpful/guidelines"


def test_the_text_of_the_open_round_is_shown_as_markdown(as_annotator: Client) -> None:
    html = as_annotator.get(GUIDELINES).content.decode()
    assert "Prefer the answer that is <strong>correct</strong>." in html


def test_a_project_without_guidelines_says_so(as_annotator: Client, project: Project) -> None:
    QuestionSet.objects.filter(project=project).update(guidelines=" ")
    assert "No guidelines are written" in as_annotator.get(GUIDELINES).content.decode()


def test_a_project_without_an_open_round_has_none(as_annotator: Client, project: Project) -> None:
    project.rounds.update(closed="2026-01-01T00:00Z")
    assert "No guidelines are written" in as_annotator.get(GUIDELINES).content.decode()


def test_those_of_another_project_are_not_there(as_annotator: Client) -> None:
    assert as_annotator.get(f"/p/{ProjectFactory().slug}/guidelines").status_code == 404

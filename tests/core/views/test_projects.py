from django.test import Client
from pytest_django import DjangoAssertNumQueries

from core.models import Project, Role, User
from tests.core.views.conftest import logged_in
from tests.factories import ComparisonFactory, MembershipFactory, ProjectFactory


def test_a_person_sees_their_projects_and_no_others(as_annotator: Client, project: Project) -> None:
    ProjectFactory(name="Somebody else's")
    html = as_annotator.get("/").content.decode()
    assert "Helpful" in html
    assert "Somebody else" not in html


def test_open_comparisons_are_counted_and_lead_to_work(as_annotator: Client, project: Project) -> None:
    ComparisonFactory.create_batch(3, project=project)
    response = as_annotator.get("/")
    (row,) = response.context["rows"]
    assert (row.work.done, row.work.left) == (0, 3)
    assert '<a class="button primary" href="/p/helpful/work">Continue</a>' in response.content.decode()


def test_nothing_to_continue_means_no_such_button(as_annotator: Client, project: Project) -> None:
    assert "Continue" not in as_annotator.get("/").content.decode()


def test_an_annotator_sees_their_own_progress_and_an_owner_that_of_the_labels(
    as_annotator: Client, as_owner: Client, project: Project
) -> None:
    ComparisonFactory(project=project)
    assert "0 of 1 judged by you" in as_annotator.get("/").content.decode()
    assert "0 of 1 labelled" in as_owner.get("/").content.decode()


def test_a_viewer_has_no_open_items(project: Project) -> None:
    ComparisonFactory(project=project)
    viewer = MembershipFactory(project=project, role=Role.VIEWER).user
    response = logged_in(viewer).get("/")
    assert response.context["rows"][0].work is None
    assert "You do not judge in this project." in response.content.decode()


def test_somebody_without_projects_is_told_what_to_do(as_outsider: Client) -> None:
    html = as_outsider.get("/").content.decode()
    assert "No projects yet. Make one, or ask the owner of a project to add you." in html


def test_archived_projects_lie_folded_below(as_owner: Client, project: Project) -> None:
    Project.objects.update(archived="2026-05-01T00:00Z")
    response = as_owner.get("/")
    assert response.context["rows"] == []
    html = response.content.decode()
    assert html.index("No projects but archived ones.") < html.index("Archived (1)") < html.index("1 May 2026")
    assert 'href="/p/helpful/"' in html


def test_the_list_takes_as_many_queries_for_twenty_projects_as_for_one(
    annotator: User, as_annotator: Client, project: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(5):
        as_annotator.get("/")
    for _ in range(19):
        MembershipFactory(user=annotator)
    with django_assert_num_queries(5):
        assert len(as_annotator.get("/").context["rows"]) == 20

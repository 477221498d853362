from django.test import Client

from core.models import Project, Role, SavedFilter, User
from tests.core.views.conftest import logged_in
from tests.core.views.test_comparisons import COMPARISONS, pair
from tests.factories import MembershipFactory

SAVE = "/p/helpful/filters/save"
TABLE = {"table": "comparisons"}


def test_a_filter_is_saved_under_a_name_and_offered_again(as_owner: Client, owner: User, project: Project) -> None:
    pair(project, "one", {"tags": ["hard"]})
    sent = {"name": " Hard  ones ", "query": "tag=hard&before=x&nonsense=1"}
    assert as_owner.post(SAVE, sent | TABLE).url == f"{COMPARISONS}?tag=hard"
    saved = SavedFilter.objects.get()
    assert (saved.name, saved.query, saved.user, saved.shared) == ("Hard ones", "tag=hard", owner, False)
    html = as_owner.get(COMPARISONS).content.decode()
    assert 'href="?tag=hard"' in html
    assert "Hard ones" in html


def test_the_same_name_replaces(as_owner: Client, project: Project) -> None:
    for query in ("q=one", "q=two"):
        as_owner.post(SAVE, {"name": "mine", "query": query} | TABLE)
    assert SavedFilter.objects.get().query == "q=two"


def test_mistakes_come_back_in_place(as_owner: Client, project: Project) -> None:
    pair(project, "one")
    for sent, sentence in (
        ({"name": "", "query": "q=one"}, "Write a name of 1 to 60 characters."),
        ({"name": "x" * 61, "query": "q=one"}, "Write a name of 1 to 60 characters."),
    ):
        response = as_owner.post(SAVE, sent | TABLE)
        assert response.status_code == 422
        assert sentence in response.content.decode()
    assert as_owner.post(SAVE, {"name": "x", "query": "nonsense=1"} | TABLE).status_code == 422
    assert as_owner.post(SAVE, {"name": "x", "query": "q=1", "table": "runs"}).status_code == 404


def test_shared_filters_are_everybodys_and_others_are_not(as_owner: Client, project: Project) -> None:
    pair(project, "one")
    as_owner.post(SAVE, {"name": "for all", "query": "q=one", "shared": "on"} | TABLE)
    as_owner.post(SAVE, {"name": "own", "query": "q=two"} | TABLE)
    viewer = logged_in(MembershipFactory(project=project, role=Role.VIEWER).user)
    html = viewer.get(COMPARISONS).content.decode()
    assert "for all" in html
    assert "own</bdi>" not in html
    viewer.post(SAVE, {"name": "mine", "query": "q=one", "shared": "on"} | TABLE)
    assert not SavedFilter.objects.get(name="mine").shared


def test_one_deletes_ones_own(as_owner: Client, project: Project) -> None:
    as_owner.post(SAVE, {"name": "own", "query": "q=two", "shared": "on"} | TABLE)
    address = f"/p/helpful/filters/{SavedFilter.objects.get().public}/delete"
    other = logged_in(MembershipFactory(project=project, role=Role.MANAGER).user)
    assert other.post(address).status_code == 404
    assert as_owner.post(address).url == COMPARISONS
    assert not SavedFilter.objects.exists()


def test_a_filter_by_name_saved_by_others_tells_nobody(as_owner: Client, project: Project) -> None:
    pair(project, "one")
    project.judges.create(kind="human", name="Ada")
    as_owner.post(SAVE, {"name": "by Ada", "query": "judge=human%3AAda", "shared": "on"} | TABLE)
    viewer = logged_in(MembershipFactory(project=project, role=Role.VIEWER).user)
    html = viewer.get(f"{COMPARISONS}?judge=human:Ada").content.decode()
    assert 'class="chip"' not in html

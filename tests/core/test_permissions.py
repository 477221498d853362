import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from core.models import Comparison, DatasetVersion, Judgment, Project, Prompt, Response, Role, Session
from core.permissions import MAY, get_project, may, project_of_session, verbs_in, verbs_of
from core.rows import ask
from tests.factories import (
    ComparisonFactory,
    DatasetFactory,
    DatasetVersionFactory,
    JudgmentFactory,
    MembershipFactory,
    ProjectFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
VERBS = ("see", "judge", "read", "names", "review", "manage", "team", "audit", "own")
ALLOWED = {
    Role.OWNER: VERBS,
    Role.MANAGER: ("see", "judge", "read", "names", "review", "manage", "team", "audit"),
    Role.REVIEWER: ("see", "judge", "read", "names", "review"),
    Role.ANNOTATOR: ("see", "judge"),
    Role.VIEWER: ("see", "read"),
}


def test_every_role_has_its_verbs():
    assert set(MAY) == set(Role.values)


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("verb", VERBS)
def test_a_member_may_do_what_the_role_says_and_nothing_else(role, verb):
    member = MembershipFactory(role=role)
    assert may(member.user, member.project, verb) == (verb in ALLOWED[role])
    if verb in ALLOWED[role]:
        assert get_project(member.user, member.project.slug, verb) == member.project
    else:
        with pytest.raises(PermissionDenied, match="Your role in"):
            get_project(member.user, member.project.slug, verb)


@pytest.mark.parametrize("verb", VERBS)
def test_a_stranger_cannot_tell_a_project_from_one_that_does_not_exist(verb):
    elsewhere, project = MembershipFactory(role=Role.OWNER), ProjectFactory()
    with pytest.raises(Http404) as hidden:
        get_project(elsewhere.user, project.slug, verb)
    with pytest.raises(Http404) as missing:
        get_project(elsewhere.user, "no-such-project", verb)
    assert str(hidden.value) == str(missing.value)


@pytest.mark.parametrize("verb", VERBS)
def test_staff_manage_every_project_and_judge_only_where_they_are_members(verb):
    staff, project = UserFactory(is_staff=True), ProjectFactory()
    assert may(staff, project, verb) == (verb != "judge")
    MembershipFactory(user=staff, project=project, role=Role.ANNOTATOR)
    assert may(staff, project, verb)


def test_staff_whose_account_was_closed_are_strangers():
    staff, project = UserFactory(is_staff=True, is_active=False), ProjectFactory()
    assert not may(staff, project, "see")
    assert not Project.objects.visible_to(staff).exists()


@pytest.mark.parametrize(
    "project", [{}, {"archived": timezone.now()}, {"slug": "old~7"}], ids=["open", "archived", "going"]
)
@pytest.mark.parametrize("user", [{}, {"is_staff": True}, {"is_staff": True, "is_active": False}, {"is_active": False}])
@pytest.mark.parametrize("is_member", [True, False])
def test_an_address_opens_just_what_the_lists_show(project, user, is_member):
    """The two say it in ways of their own: one statement of the busiest pages, and a queryset."""
    project, user = ProjectFactory(**project), UserFactory(**user)
    if is_member:
        MembershipFactory(user=user, project=project, role=Role.VIEWER)
    is_shown = Project.objects.visible_to(user).filter(pk=project.pk).exists()
    for rows in (read_by(user, project.slug), ask(*project_of_session(session_of(user), project.slug))):
        assert bool(rows) is is_shown


def read_by(user, slug):
    try:
        return [get_project(user, slug, "see")]
    except Http404:
        return []


def session_of(user):
    return Session.objects.create(session_key=f"of {user.pk}", user=user, expire_date=timezone.now()).pk


def test_every_queryset_starts_at_what_the_user_may_see():
    judged = JudgmentFactory()
    version = DatasetVersionFactory(dataset=DatasetFactory(project=judged.project))
    ComparisonFactory()
    DatasetVersionFactory()
    member = MembershipFactory(project=judged.project, role=Role.VIEWER).user
    stranger = UserFactory()
    seen = {model: set(model.objects.visible_to(member)) for model in (Comparison, Judgment, DatasetVersion)}
    assert seen == {Comparison: {judged.comparison}, Judgment: {judged}, DatasetVersion: {version}}
    for model in (Prompt, Response):
        assert {row.project for row in model.objects.visible_to(member)} == {judged.project}
    for model in (Project, Comparison, Judgment, DatasetVersion, Prompt, Response):
        assert not model.objects.visible_to(stranger).exists()
        assert model.objects.visible_to(UserFactory(is_staff=True)).count() == model.objects.count()


def test_a_project_of_several_members_shows_once_to_each():
    member = MembershipFactory()
    MembershipFactory(project=member.project)
    assert list(Project.objects.visible_to(member.user)) == [member.project]


def test_who_is_paused_judges_nothing_and_keeps_the_rest():
    member = MembershipFactory(role=Role.REVIEWER, paused=timezone.now())
    assert verbs_of(member.user, member.project) == frozenset(ALLOWED[Role.REVIEWER]) - {"judge"}
    with pytest.raises(PermissionDenied, match="You are paused in"):
        get_project(member.user, member.project.slug, "judge")


@pytest.mark.parametrize("role", Role.values)
def test_an_archived_project_can_be_read_and_restored_and_nothing_else(role):
    member = MembershipFactory(role=role, project__archived=timezone.now())
    kept = frozenset(ALLOWED[role]) & {"see", "read", "names", "audit", "own"}
    assert verbs_of(member.user, member.project) == kept
    with pytest.raises(PermissionDenied, match="is archived"):
        get_project(member.user, member.project.slug, "judge")


def test_what_may_be_done_in_many_projects_takes_one_query(django_assert_num_queries):
    member = MembershipFactory()
    projects = [member.project, *ProjectFactory.create_batch(3)]
    with django_assert_num_queries(1):
        verbs = verbs_in(member.user, projects)
    assert [bool(verbs[project.pk]) for project in projects] == [True, False, False, False]

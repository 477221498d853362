import pytest
from django.test import Client

from core.models import Project, Role, User
from tests.factories import MembershipFactory, ProjectFactory, UserFactory


@pytest.fixture
def project(db: None) -> Project:
    return ProjectFactory(slug="helpful", name="Helpful")


@pytest.fixture
def owner(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.OWNER).user


@pytest.fixture
def annotator(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.ANNOTATOR).user


@pytest.fixture
def outsider(db: None) -> User:
    return UserFactory()


@pytest.fixture
def as_owner(owner: User) -> Client:
    return logged_in(owner)


@pytest.fixture
def as_annotator(annotator: User) -> Client:
    return logged_in(annotator)


@pytest.fixture
def as_outsider(outsider: User) -> Client:
    return logged_in(outsider)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client

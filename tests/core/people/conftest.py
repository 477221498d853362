import pytest

from core.models import Project, Role, User
from tests.factories import MembershipFactory, ProjectFactory


@pytest.fixture
def project(db: None) -> Project:
    return ProjectFactory(slug="helpful", name="Helpful", time_zone="Europe/Zurich")


def member(project: Project, role: str, **fields: object) -> User:
    return MembershipFactory(project=project, role=role, **fields).user


@pytest.fixture
def owner(project: Project) -> User:
    return member(project, Role.OWNER)


@pytest.fixture
def manager(project: Project) -> User:
    return member(project, Role.MANAGER)


@pytest.fixture
def ada(project: Project) -> User:
    return member(project, Role.ANNOTATOR)

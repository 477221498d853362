import pytest
from django.test import Client

from core.models import Project, Role, User
from tests.core.views.conftest import logged_in
from tests.factories import MembershipFactory, ProjectFactory


@pytest.fixture
def project(db: None) -> Project:
    return ProjectFactory(slug="helpful", name="Helpful")


@pytest.fixture
def ada(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.ANNOTATOR).user


@pytest.fixture
def bruno(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.ANNOTATOR).user


@pytest.fixture
def as_ada(ada: User) -> Client:
    return logged_in(ada)

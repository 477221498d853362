import pytest
from django.test import Client

from core.models import Project, Role, User
from synth.judges.configuration import JudgeConfiguration
from synth.models import Endpoint
from tests.core.views.conftest import logged_in
from tests.factories import MembershipFactory, ProjectFactory, UserFactory
from tests.synth.cards.conftest import by, closed, known
from tests.synth.scripted import EndpointFactory

__all__ = ["by", "closed", "known"]


@pytest.fixture
def project(db: None) -> Project:
    return ProjectFactory(slug="helpful", name="Helpful")


@pytest.fixture
def owner(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.OWNER).user


@pytest.fixture
def as_owner(owner: User) -> Client:
    return logged_in(owner)


@pytest.fixture
def as_reviewer(project: Project) -> Client:
    return logged_in(MembershipFactory(project=project, role=Role.REVIEWER).user)


@pytest.fixture
def staff(db: None) -> User:
    return UserFactory(is_staff=True)


@pytest.fixture
def as_staff(staff: User) -> Client:
    return logged_in(staff)


@pytest.fixture
def endpoint(db: None) -> Endpoint:
    return EndpointFactory(name="judge-70b")


@pytest.fixture
def pairwise(endpoint: Endpoint) -> JudgeConfiguration:
    return JudgeConfiguration.model_validate({"endpoint": endpoint.name})

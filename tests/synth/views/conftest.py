import pytest
from django.test import Client

from core.models import Project, Role, User
from tests.core.views.conftest import logged_in
from tests.factories import MembershipFactory
from tests.synth.cards.conftest import by, closed, known, project

__all__ = ["by", "closed", "known", "project"]


@pytest.fixture
def owner(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.OWNER).user


@pytest.fixture
def as_owner(owner: User) -> Client:
    return logged_in(owner)

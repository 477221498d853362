"""The role matrix through pages: every verb, as every role, in one's own project and in another's."""

from collections.abc import Mapping
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Judgment, Project, Role, User
from core.permissions import INCLUDES, MAY, Verb
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, MembershipFactory, ProjectFactory

pytestmark = pytest.mark.django_db
# A page that asks for the verb. Where it is held, a form that is sent as it is here is refused in place, or goes on.
PAGES: Mapping[Verb, tuple[str, str]] = {
    "see": ("GET", "overview"),
    "judge": ("GET", "work"),
    "read": ("GET", "prompts"),
    "names": ("GET", "prompt"),
    "review": ("POST", "decide"),
    "manage": ("GET", "settings"),
    "team": ("GET", "team"),
    "audit": ("GET", "audit"),
    "own": ("POST", "hand_over"),
}
OPEN, CLOSED, HIDDEN = {200, 302, 422}, 403, 404
NAME = "Somebody Whose Name Is Shown"


@pytest.fixture(params=["own", "other"])
def whose(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=Role.values)
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def member(role: str) -> User:
    return MembershipFactory(role=role).user


@pytest.fixture
def judged(member: User, whose: str) -> Judgment:
    project = member.memberships.get().project if whose == "own" else ProjectFactory()
    named = MembershipFactory(project=project, user__name=NAME).user
    judge = JudgeFactory(project=project, kind="human", name=NAME, person=named)
    comparison = ComparisonFactory(project=project, votes_wanted=5)
    return JudgmentFactory(comparison=comparison, judge=judge, person=named, round=project.current_round)


def answer(member: User, judged: Judgment, verb: Verb) -> tuple[int, str]:
    method, page = PAGES[verb]
    arguments = {"prompt": [judged.comparison.prompt.public], "decide": [judged.comparison.public]}.get(page, [])
    address = reverse(page, args=[judged.project.slug, *arguments])
    client = Client()
    client.force_login(member)
    data = {"client_id": str(uuid4()), "choice": "tie"}
    response = client.get(address) if method == "GET" else client.post(address, data)
    return response.status_code, response.content.decode()


def test_every_verb_has_a_page() -> None:
    assert PAGES.keys() == INCLUDES.keys()


@pytest.mark.parametrize("verb", sorted(PAGES.keys() - {"names"}))
def test_a_page_opens_to_whom_the_verb_is_given(
    member: User, judged: Judgment, role: str, whose: str, verb: Verb
) -> None:
    status, _ = answer(member, judged, verb)
    if whose == "other":
        assert status == HIDDEN
    elif verb in MAY[role]:
        assert status in OPEN
    else:
        assert status == CLOSED


def test_who_judged_is_shown_to_whom_names_are_given(member: User, judged: Judgment, role: str, whose: str) -> None:
    status, html = answer(member, judged, "names")
    assert (status == 200) == (whose == "own" and "read" in MAY[role])
    assert (NAME in html) == (whose == "own" and "names" in MAY[role])


def test_an_archived_project_is_read_and_nothing_more(member: User, judged: Judgment, role: str, whose: str) -> None:
    Project.objects.update(archived=judged.created)
    for verb in PAGES.keys() - {"names"}:
        status, _ = answer(member, judged, verb)
        allowed = whose == "own" and verb in MAY[role] & {"see", "read", "audit", "own"}
        assert (status in OPEN) == allowed, verb

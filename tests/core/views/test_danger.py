"""What an owner does with a project as a whole, with its name typed."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.models import AuditEvent, Membership, Project, Role, User
from tests.core.views.conftest import logged_in
from tests.core.views.markup import PAYLOADS, dangers
from tests.factories import MembershipFactory, PromptFactory, UserFactory

HERE = "/p/helpful/settings"
NAME = {"name": "Helpful"}


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def heir(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.REVIEWER).user


def archive(project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(archived=timezone.now())


@pytest.mark.parametrize("act", ["archive", "hand-over", "delete"])
@pytest.mark.parametrize("typed", ["", "helpful", "Helpful!"])
def test_another_name_does_nothing_and_is_said_in_place(
    as_owner: Client, project: Project, heir: User, act: str, typed: str
) -> None:
    if act == "delete":
        archive(project)
    answer = as_owner.post(f"{HERE}/{act}", {"name": typed, "person": str(heir.public)})
    assert answer.status_code == 422
    assert "This is not its name. Write “Helpful”." in text(answer)
    assert not AuditEvent.objects.filter(verb__startswith="project.").exists()


def test_an_archived_project_can_be_read_and_nothing_else(as_owner: Client, project: Project) -> None:
    assert as_owner.post(f"{HERE}/archive", NAME).url == "/p/helpful/"
    html = text(as_owner.get("/p/helpful/"))
    assert "so nothing in it changes" in html
    assert 'href="/p/helpful/settings/danger">Restore project…</a>' in html
    assert as_owner.get(HERE).status_code == 403
    assert "is archived, so nothing in it changes" in text(as_owner.get(HERE))
    assert "Archived (1)" in text(as_owner.get("/"))


def test_restored_it_goes_on(as_owner: Client, project: Project) -> None:
    archive(project)
    assert "Restore project" in text(as_owner.get(f"{HERE}/danger"))
    assert as_owner.post(f"{HERE}/restore").url == "/p/helpful/"
    assert as_owner.get(HERE).status_code == 200
    assert as_owner.post(f"{HERE}/restore").status_code == 409


def test_archiving_twice_is_said_in_place(as_owner: Client, project: Project) -> None:
    as_owner.post(f"{HERE}/archive", NAME)
    answer = as_owner.post(f"{HERE}/archive", NAME)
    assert (answer.status_code, "Helpful is archived already." in text(answer)) == (409, True)


def test_a_member_takes_the_project_over(as_owner: Client, owner: User, project: Project, heir: User) -> None:
    assert as_owner.post(f"{HERE}/hand-over", {**NAME, "person": str(heir.public)}).status_code == 302
    roles = dict(Membership.objects.filter(project=project).values_list("user", "role"))
    assert roles == {heir.pk: Role.OWNER, owner.pk: Role.MANAGER}
    assert as_owner.get(f"{HERE}/danger").status_code == 403
    assert AuditEvent.objects.get(verb="project.hand_over").target == str(heir.public)


@pytest.mark.parametrize("person", ["", "nobody"])
def test_somebody_has_to_be_chosen(as_owner: Client, heir: User, person: str) -> None:
    answer = as_owner.post(f"{HERE}/hand-over", {**NAME, "person": person})
    assert (answer.status_code, "Choose who is to own it." in text(answer)) == (422, True)


def test_only_a_member_who_may_log_in_can_own_it(as_owner: Client, project: Project, heir: User) -> None:
    stranger = UserFactory()
    User.objects.filter(pk=heir.pk).update(is_active=False)
    for person in (stranger, heir):
        answer = as_owner.post(f"{HERE}/hand-over", {**NAME, "person": str(person.public)})
        assert answer.status_code == 422
    assert "Nobody else is a member." in text(as_owner.get(f"{HERE}/danger"))


def test_only_an_archived_project_can_be_deleted(as_owner: Client, project: Project) -> None:
    assert "Only an archived project can be deleted." in text(as_owner.get(f"{HERE}/danger"))
    answer = as_owner.post(f"{HERE}/delete", NAME)
    assert (answer.status_code, "Archive it first" in text(answer)) == (422, True)
    assert Project.objects.filter(slug="helpful").exists()


def test_a_deleted_project_is_gone_for_everybody(as_owner: Client, project: Project) -> None:
    PromptFactory(project=project)
    archive(project)
    assert as_owner.post(f"{HERE}/delete", NAME).url == "/"
    assert as_owner.get("/p/helpful/").status_code == 404
    staff = logged_in(UserFactory(is_staff=True))
    assert "Helpful" not in text(staff.get("/"))


def test_a_manager_and_a_reviewer_may_none_of_it(project: Project) -> None:
    for role in (Role.MANAGER, Role.REVIEWER):
        client = logged_in(MembershipFactory(project=project, role=role).user)
        for act in ("archive", "restore", "hand-over", "delete"):
            assert client.post(f"{HERE}/{act}", NAME).status_code == 403


def test_no_button_is_filled_and_each_is_marked(as_owner: Client, heir: User) -> None:
    html = text(as_owner.get(f"{HERE}/danger"))
    main = html[html.index("<main") : html.index("</main>")]
    assert "primary" not in main
    assert main.count('class="button danger"') == 2


@pytest.mark.parametrize("number", range(0, len(PAYLOADS), 9))
def test_what_is_typed_does_nothing(as_owner: Client, project: Project, heir: User, number: int) -> None:
    User.objects.filter(pk=heir.pk).update(name=PAYLOADS[number][:100])
    Project.objects.filter(pk=project.pk).update(name=PAYLOADS[number][:200])
    assert dangers(as_owner.get(f"{HERE}/danger").content.decode()) == []
    sent = as_owner.post(f"{HERE}/archive", {"name": PAYLOADS[number] + "x"})
    assert (sent.status_code, dangers(sent.content.decode())) == (422, [])

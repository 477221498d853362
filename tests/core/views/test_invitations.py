"""The page of a project on which people are invited."""

from datetime import timedelta
from smtplib import SMTPException
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.invitations import accept, invite
from core.mailing import CONSOLE
from core.models import Group, Invitation, Membership, Project, Role, User
from tests.core.views.conftest import logged_in
from tests.core.views.markup import PAYLOADS, dangers
from tests.factories import MembershipFactory, ProjectFactory, UserFactory

PAGE = "/p/helpful/team/invitations"
FORM = {"role": "annotator", "email": "", "days": "7", "places": "1"}


def made(project: Project, by: User, **more: Any) -> Invitation:
    more = {"role": Role.ANNOTATOR, "expires": timezone.now() + timedelta(days=1), "by": by, **more}
    return invite(project, **more).invitation


def test_a_link_is_made_and_shown_once(as_owner: Client, project: Project) -> None:
    experts = Group.objects.create(project=project, name="experts")
    Group.objects.create(project=ProjectFactory(), name="strangers")
    assert "strangers" not in as_owner.get(PAGE).content.decode()
    response = as_owner.post(PAGE, {**FORM, "groups": [str(experts.public)], "places": "3", "days": "10"})
    link = response.context["link"]
    assert link.startswith("http://testserver/invite/")
    assert "up to 3 people" in response.content.decode()
    row = Invitation.objects.get()
    assert (row.role, row.places, list(row.groups.all())) == ("annotator", 3, [experts])
    assert timedelta(days=9) < row.expires - timezone.now() <= timedelta(days=10)
    secret = link.rpartition("/")[2]
    assert secret not in as_owner.get(PAGE).content.decode()
    assert Client().get(f"/invite/{secret}").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"days": "0"}, "Write 1 to 90."),
        ({"days": "x"}, "Write a whole number."),
        ({"days": ""}, "Write for how many days."),
        ({"places": "501"}, "Write 1 to 500."),
        ({"email": "bruno"}, "Write an e-mail address like"),
        ({"email": "b@example.org", "places": "2"}, "for one person"),
        ({"role": "king"}, "Choose one of the roles."),
    ],
)
def test_what_does_not_fit_comes_back_in_place(as_owner: Client, wrong: dict[str, str], sentence: str) -> None:
    response = as_owner.post(PAGE, FORM | wrong)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Invitation.objects.exists()


def test_a_manager_is_offered_no_owner(project: Project) -> None:
    client = logged_in(MembershipFactory(project=project, role=Role.MANAGER).user)
    assert 'value="owner"' not in client.get(PAGE).content.decode()
    assert client.post(PAGE, FORM | {"role": "owner"}).status_code == 422
    assert client.post(PAGE, FORM | {"role": "manager"}).status_code == 200


def test_the_groups_of_another_project_are_refused(as_owner: Client) -> None:
    foreign = Group.objects.create(project=ProjectFactory(), name="experts")
    assert as_owner.post(PAGE, {**FORM, "groups": [str(foreign.public)]}).status_code == 422


def test_an_address_gets_an_email_with_the_link(as_owner: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "https://preferee.example"
    response = as_owner.post(PAGE, FORM | {"email": "Bruno@Example.org"})
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["bruno@example.org"], "Invitation to Helpful")
    secret = response.context["link"].rpartition("/")[2]
    assert f"https://preferee.example/invite/{secret}" in sent.body.splitlines()
    assert "An e-mail with it went to bruno@example.org." in response.content.decode()


def test_without_mail_or_with_a_server_that_is_away_the_link_is_passed_on_by_hand(
    as_owner: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(message: object) -> None:
        raise SMTPException("no")

    with monkeypatch.context() as down:
        down.setattr("core.mailing.EmailMessage.send", away)
        first = as_owner.post(PAGE, FORM | {"email": "a@example.org"})
    settings.EMAIL_BACKEND = CONSOLE
    second = as_owner.post(PAGE, FORM | {"email": "b@example.org"})
    assert "No e-mail went to a@example.org" in first.content.decode()
    assert "sends no e-mail, so pass the link on to b@example.org" in second.content.decode()
    assert first.context["link"]
    assert Invitation.objects.count() == 2


def test_the_list_says_what_became_of_each(as_owner: Client, project: Project, owner: User) -> None:
    states = {
        "Open, used 0 of 1": made(project, owner),
        "Used up, 1 of 1": made(project, owner),
        "Expired, used 0 of 1": made(project, owner),
        "Revoked, used 0 of 1": made(project, owner),
        "Void": made(project, MembershipFactory(project=project, role=Role.MANAGER).user, role=Role.MANAGER),
    }
    rows = {words: Invitation.objects.filter(pk=row.pk) for words, row in states.items()}
    rows["Used up, 1 of 1"].update(used=1)
    rows["Expired, used 0 of 1"].update(expires=timezone.now())
    rows["Revoked, used 0 of 1"].update(revoked=timezone.now())
    Membership.objects.filter(user=states["Void"].created_by).update(role=Role.REVIEWER)
    shown = as_owner.get(PAGE).content.decode()
    assert all(words in shown for words in states)
    assert shown.count(">Revoke</button>") == 1


def test_an_invitation_is_taken_back(as_owner: Client, project: Project, owner: User) -> None:
    row = made(project, owner)
    assert as_owner.post(f"{PAGE}/{row.public}/revoke").url == PAGE
    row.refresh_from_db()
    assert row.revoked is not None


def test_the_invitation_of_another_project_does_not_exist_here(as_owner: Client) -> None:
    other = ProjectFactory()
    row = made(other, MembershipFactory(project=other, role=Role.OWNER).user)
    assert as_owner.post(f"{PAGE}/{row.public}/revoke").status_code == 404


def test_many_invitations_cost_no_more_queries(as_owner: Client, project: Project, owner: User) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert as_owner.get(PAGE).status_code == 200
        return len(asked)

    group = Group.objects.create(project=project, name="experts")
    made(project, owner, groups=[group])
    one = count()
    for _ in range(5):
        made(project, MembershipFactory(project=project, role=Role.MANAGER).user, groups=[group])
    assert count() == one


def test_strangers_and_those_who_may_not_invite_are_kept_out(as_annotator: Client, as_outsider: Client) -> None:
    assert as_annotator.get(PAGE).status_code == 403
    assert as_outsider.get(PAGE).status_code == 404
    assert as_annotator.post(PAGE, FORM).status_code == 403


def test_names_do_nothing_here_or_on_the_page_behind_the_link_or_in_the_mail(as_owner: Client, owner: User) -> None:
    for payload in [*PAYLOADS[:25], "a\r\nBcc: eve@example.org"]:
        Project.objects.update(name=payload[:200])
        User.objects.filter(pk=owner.pk).update(name=payload[:100])
        Group.objects.update_or_create(project=Project.objects.get(), defaults={"name": payload[:60]})
        response = as_owner.post(PAGE, {**FORM, "email": "b@example.org", "groups": [str(Group.objects.get().public)]})
        page = response.context["link"].removeprefix("http://testserver")
        for shown in (response, as_owner.get(PAGE), Client().get(page), logged_in(UserFactory()).get(page)):
            assert dangers(shown.content.decode()) == []
        assert "\n" not in mail.outbox[-1].subject
        assert "Bcc" not in mail.outbox[-1].message()
    accept(page.rpartition("/")[2], UserFactory(email="b@example.org"))

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.models import Membership, Project, Role, User
from tests.core.views.conftest import logged_in
from tests.core.views.test_team import html_of, judged
from tests.factories import GroupFactory, MembershipFactory


def page_of(person: User, end: str = "") -> str:
    return f"/p/helpful/team/people/{person.public}{end}"


def membership(person: User) -> Membership:
    return Membership.objects.get(user=person)


def test_a_person_is_shown_with_hours_by_day(as_owner: Client, project: Project, annotator: User) -> None:
    judged(project, annotator)
    html = html_of(as_owner.get(f"{page_of(annotator)}?period=days&from=2026-11-23&to=2026-11-29"))
    for part in (annotator.email, "25 Nov 2026", "0.50", "0.75", "<svg", "n 1"):
        assert part in html, part


def test_somebody_who_has_done_nothing_has_an_empty_page(as_owner: Client, annotator: User) -> None:
    html = html_of(as_owner.get(page_of(annotator)))
    assert "No work in these days." in html
    assert "Never here" in html


def test_groups_are_saved(as_owner: Client, project: Project, annotator: User) -> None:
    group, old = GroupFactory(project=project), GroupFactory(project=project, members=[annotator])
    response = as_owner.post(page_of(annotator, "/groups"), {"groups": [str(group.public), "nonsense"]})
    assert response.status_code == 302
    assert list(annotator.work_groups.all()) == [group]
    assert old.people.count() == 0


def test_a_role_is_changed(as_owner: Client, annotator: User) -> None:
    assert as_owner.post(page_of(annotator, "/role"), {"role": "reviewer"}).status_code == 302
    assert membership(annotator).role == Role.REVIEWER


def test_what_cannot_be_done_is_said_on_the_page(as_owner: Client, owner: User) -> None:
    response = as_owner.post(page_of(owner, "/role"), {"role": "viewer"})
    assert response.status_code == 409
    assert "is the last owner. Make somebody else an owner first." in html_of(response)


def test_a_manager_is_offered_the_roles_below_their_own(project: Project, owner: User, annotator: User) -> None:
    manager = logged_in(MembershipFactory(project=project, role=Role.MANAGER).user)
    html = html_of(manager.get(page_of(annotator)))
    assert '<option value="reviewer"' in html
    assert '<option value="manager"' not in html
    html = html_of(manager.get(page_of(owner)))
    assert "Only an owner changes" in html
    assert "Pause" not in html
    assert manager.post(page_of(owner, "/role"), {"role": "viewer"}).status_code == 403
    assert manager.post(page_of(annotator, "/role"), {"role": "owner"}).status_code == 403
    assert (membership(owner).role, membership(annotator).role) == (Role.OWNER, Role.ANNOTATOR)


def test_a_person_is_paused_and_resumed(as_owner: Client, annotator: User, as_annotator: Client) -> None:
    assert as_owner.post(page_of(annotator, "/pause"), {"why": "On  holiday"}).status_code == 302
    html = html_of(as_owner.get(page_of(annotator)))
    assert "nothing is handed to them" in html
    assert "On holiday" in html
    assert as_annotator.get("/p/helpful/work").status_code == 403
    assert as_owner.post(page_of(annotator, "/resume")).status_code == 302
    assert as_annotator.get("/p/helpful/work").status_code == 200


def test_a_reason_that_is_too_long_is_said_in_place(as_owner: Client, annotator: User) -> None:
    response = as_owner.post(page_of(annotator, "/pause"), {"why": "w" * 201})
    assert response.status_code == 409
    assert "Write at most 200." in html_of(response)
    assert membership(annotator).paused is None


def test_nobody_pauses_themselves(as_owner: Client, owner: User) -> None:
    assert as_owner.post(page_of(owner, "/pause")).status_code == 409
    assert membership(owner).paused is None


def test_a_person_is_removed_by_their_name(as_owner: Client, annotator: User) -> None:
    wrong = as_owner.post(page_of(annotator, "/remove"), {"name": "somebody"})
    assert wrong.status_code == 422
    assert "This is not their name." in html_of(wrong)
    right = as_owner.post(page_of(annotator, "/remove"), {"name": f" {annotator.name} "})
    assert (right.status_code, right["Location"]) == (302, "/p/helpful/team")
    assert not Membership.objects.filter(user=annotator).exists()


def test_the_last_owner_cannot_leave(as_owner: Client, owner: User) -> None:
    response = as_owner.post(page_of(owner, "/remove"), {"name": owner.name})
    assert response.status_code == 409
    assert "is the last owner" in html_of(response)


def test_who_leaves_goes_to_their_other_projects(as_owner: Client, project: Project, owner: User) -> None:
    MembershipFactory(project=project, role=Role.OWNER)
    assert as_owner.post(page_of(owner, "/remove"), {"name": owner.name})["Location"] == "/"


@pytest.mark.parametrize("end", ["/groups", "/role", "/pause", "/resume", "/remove"])
def test_an_archived_project_keeps_its_people_as_they_are(
    as_owner: Client, project: Project, annotator: User, end: str
) -> None:
    Project.objects.update(archived=timezone.now())
    data: dict[str, Any] = {"role": "viewer", "name": annotator.name}
    assert as_owner.post(page_of(annotator, end), data).status_code == 403
    assert (membership(annotator).role, membership(annotator).paused) == (Role.ANNOTATOR, None)

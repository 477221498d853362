"""The project of a page is read with the session, and says the same as when it is asked for alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import Membership, Project, Session, User
from core.permissions import get_project, project_of_session
from core.rows import ask

PAGE = "/p/helpful/"


def reads_of_project(client: Client) -> tuple[Any, int]:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(PAGE)
    reads = [each for each in queries.captured_queries if "p.slug = 'helpful'" in each["sql"]]
    return response, len(reads)


def test_a_page_reads_its_project_once(as_owner: Client) -> None:
    response, reads = reads_of_project(as_owner)
    assert (response.status_code, reads) == (200, 1)


def test_what_was_read_along_is_used_once_and_for_that_project_alone(project: Project, owner: User) -> None:
    owner.read_along = {"helpful": [], "other": []}
    with pytest.raises(Http404):
        get_project(owner, "helpful", "see")
    assert get_project(owner, "helpful", "see") == project


@pytest.mark.parametrize("change", ["member no more", "paused", "staff", "not active"])
def test_it_is_read_as_the_person_is_at_this_moment(
    as_annotator: Client, annotator: User, project: Project, change: str
) -> None:
    assert as_annotator.get(PAGE).status_code == 200
    members = Membership.objects.filter(user=annotator)
    if change == "paused":
        members.update(paused=timezone.now())
    elif change == "not active":
        User.objects.filter(pk=annotator.pk).update(is_active=False)
    else:
        members.delete()
        User.objects.filter(pk=annotator.pk).update(is_staff=change == "staff")
    expected = {"member no more": 404, "paused": 200, "staff": 200, "not active": 302}
    assert as_annotator.get(PAGE).status_code == expected[change]


def test_somebody_paused_sees_the_project_and_does_not_judge(as_annotator: Client, annotator: User) -> None:
    Membership.objects.filter(user=annotator).update(paused=timezone.now())
    assert as_annotator.get(f"{PAGE}work").status_code == 403
    with pytest.raises(PermissionDenied):
        get_project(annotator, "helpful", "judge")


def test_a_session_that_is_over_shows_nothing(as_owner: Client) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert as_owner.get(PAGE).status_code == 302


@pytest.mark.parametrize("key", ["", "nobody's", "None"])
def test_no_session_has_no_project(project: Project, key: str) -> None:
    assert ask(*project_of_session(key, "helpful")) == []

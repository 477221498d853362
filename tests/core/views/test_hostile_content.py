"""What others wrote, on every page of a person who manages a project."""

import pytest
from django.core.cache import cache
from django.test import Client

from core.models import Project, QuestionSet, User
from tests.core.views.markup import PAYLOADS, dangers, each_payload
from tests.factories import (
    ComparisonFactory,
    DatasetFactory,
    DatasetVersionFactory,
    JudgeFactory,
    JudgmentFactory,
    ScheduleFactory,
)


@each_payload
def test_names_do_nothing_on_any_page(as_owner: Client, owner: User, project: Project, payload: str) -> None:
    cache.clear()
    Project.objects.filter(pk=project.pk).update(name=payload[:200])
    User.objects.filter(pk=owner.pk).update(name=payload[:100])
    QuestionSet.objects.filter(project=project).update(guidelines=payload)
    project.rounds.update(name=payload[:200])
    comparison = ComparisonFactory(project=project)
    JudgmentFactory(comparison=comparison, judge=JudgeFactory(project=project, name=payload[:200]))
    JudgmentFactory(comparison=comparison, judge=JudgeFactory(project=project, kind="human"))
    manifest = {"files": [{"name": payload.replace("/", ""), "bytes": 1, "sha256": "", "rows": 1}]}
    DatasetVersionFactory(dataset=DatasetFactory(project=project, name=payload[:100]), manifest=manifest)
    schedule = ScheduleFactory(project=project, name=payload[:80], note=payload, recipe=payload[:60])
    for page in (
        f"/p/helpful/schedules/{schedule.public}",
        "/p/helpful/schedules",
        "/",
        "/p/helpful/",
        "/p/helpful/agreement",
        "/p/helpful/guidelines",
    ):
        assert dangers(as_owner.get(page).content.decode()) == []


@pytest.mark.django_db
def test_what_was_typed_into_the_login_form_does_nothing() -> None:
    for payload in PAYLOADS[:9]:
        response = Client().post(f"/login?next={payload}", {"email": payload, "password": "x"})
        assert dangers(response.content.decode()) == []

"""What others wrote, on every page of a person who manages a project."""

import pytest
import yaml
from django.core.cache import cache
from django.test import Client

from core.models import Project, QuestionSet, User
from tests.core.views.markup import PAYLOADS, dangers, each_payload
from tests.factories import (
    ComparisonFactory,
    DatasetFactory,
    DatasetVersionFactory,
    FailureFactory,
    GroupFactory,
    JudgeFactory,
    JudgmentFactory,
    PromptFactory,
    RecipeFactory,
    RunFactory,
    ScheduleFactory,
    StageFactory,
    TagRuleFactory,
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
    for page in ("/", "/p/helpful/", "/p/helpful/agreement", "/p/helpful/guidelines"):
        assert dangers(as_owner.get(page).content.decode()) == []


@each_payload
def test_texts_of_runs_do_nothing(as_owner: Client, owner: User, project: Project, payload: str) -> None:
    User.objects.filter(pk=owner.pk).update(name=payload[:100])
    source = yaml.safe_dump(
        {"recipe": "nightly", "summary": payload, "stages": [{"uses": "export", "with": {"name": payload}}]}
    )
    recipe = RecipeFactory(project=project, name="nightly", source=source)
    odd = RecipeFactory(project=project, name=payload[:60], source=payload)
    schedule = ScheduleFactory(project=project, name=payload[:80])
    run = RunFactory(
        project=project, recipe=odd, schedule=schedule, state="failed", error=payload, settings={payload: payload}
    )
    RunFactory(project=project, recipe=recipe, created_by=owner)
    stage = StageFactory(run=run, name=payload[:60], note=payload, error=payload, state="failed", total=1, failed=1)
    FailureFactory(stage=stage, error=payload)
    here = f"/p/helpful/runs/{run.public}"
    pages = [
        "/p/helpful/runs",
        "/p/helpful/runs?state=failed",
        "/p/helpful/runs/start",
        "/p/helpful/runs/start/nightly",
    ]
    for page in [*pages, here, f"{here}/failures", f"{here}?known="]:
        headers = {"HX-Request": "true"} if page.endswith("known=") else {}
        assert dangers(as_owner.get(page, headers=headers).content.decode()) == [], page
    sent = as_owner.post("/p/helpful/runs/start/nightly", {"export.name": payload * 50, "max_cost": payload})
    assert sent.status_code == 422
    assert dangers(sent.content.decode()) == []


@each_payload
def test_names_of_people_groups_and_tags_do_nothing(
    as_owner: Client, owner: User, project: Project, payload: str
) -> None:
    cache.clear()
    User.objects.filter(pk=owner.pk).update(name=payload[:100])
    group = GroupFactory(project=project, name=payload[:60], description=payload[:200], members=[owner])
    PromptFactory(project=project, tags=[payload[:100]])
    TagRuleFactory(project=project, group=group, tag=payload[:100])
    team = "/p/helpful/team"
    pages = [
        team,
        f"{team}?period=days&from={payload}&to={payload}",
        f"{team}/groups",
        f"{team}/groups/new",
        f"{team}/groups/{group.public}",
        f"{team}/groups/{group.public}/delete",
        f"{team}/people/{owner.public}",
        f"{team}/people/{owner.public}/remove",
    ]
    for page in pages:
        assert dangers(as_owner.get(page).content.decode()) == [], page
    for form in ("/groups/new", "/groups/rules/bind", f"/people/{owner.public}/remove"):
        data = {"name": payload, "about": payload, "tag": payload * 9, "group": str(group.public)}
        assert dangers(as_owner.post(team + form, data).content.decode()) == [], form


@pytest.mark.django_db
def test_what_was_typed_into_the_login_form_does_nothing() -> None:
    for payload in PAYLOADS[:9]:
        response = Client().post(f"/login?next={payload}", {"email": payload, "password": "x"})
        assert dangers(response.content.decode()) == []

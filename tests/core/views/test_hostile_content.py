"""What others wrote, on every page of a person who manages a project."""

import pytest
import yaml
from django.core.cache import cache
from django.test import Client
from django.utils.http import urlencode

from core import audit
from core.models import Project, QuestionSet, Removal, User
from tests.core.views.markup import PAYLOADS, dangers, each_payload
from tests.factories import (
    ComparisonFactory,
    DatasetFactory,
    DatasetVersionFactory,
    FailureFactory,
    JudgeFactory,
    JudgmentFactory,
    PromptFactory,
    RecipeFactory,
    RunFactory,
    ScheduleFactory,
    StageFactory,
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
def test_texts_of_the_audit_log_and_of_removals_do_nothing(
    as_owner: Client, owner: User, project: Project, payload: str
) -> None:
    User.objects.filter(pk=owner.pk).update(name=payload[:100])
    audit.record(payload[:60], project=project, actor=owner, target=payload[:200], **{payload: payload})
    prompt = PromptFactory(project=project, text=payload)
    report = {
        "counts": {payload: 1},
        "versions": [{"id": 1, "version": payload, "files": [payload], "downloads": 1}],
        "unknown": [{"id": 1, "version": payload}],
        "uploads": [{"id": 1, "name": payload}],
    }
    run = RunFactory(project=project, state="failed", error=payload)
    removal = Removal.objects.create(
        project=project,
        subject="prompt",
        mode="erase",
        targets=[1],
        reason=payload[:500],
        report=report,
        created_by=owner,
        run=run,
    )
    new = f"/p/helpful/removals/new?subject=prompt&target={prompt.public}"
    pages = ["/p/helpful/audit", f"/p/helpful/audit?{urlencode({'target': payload, 'verb': payload[:60]})}"]
    pages += ["/p/helpful/removals", f"/p/helpful/removals/{removal.public}", new]
    for page in pages:
        assert dangers(as_owner.get(page).content.decode()) == [], page
    sent = as_owner.post(new, {"mode": "erase", "typed": payload, "reason": payload})
    assert sent.status_code == 422
    assert dangers(sent.content.decode()) == []


@pytest.mark.django_db
def test_what_was_typed_into_the_login_form_does_nothing() -> None:
    for payload in PAYLOADS[:9]:
        response = Client().post(f"/login?next={payload}", {"email": payload, "password": "x"})
        assert dangers(response.content.decode()) == []

"""What others wrote, on every page of a person who manages a project."""

from urllib.parse import urlencode

import pytest
import yaml
from django.core.cache import cache
from django.test import Client

from core.labels.service import refresh_labels
from core.models import Project, QuestionSet, SavedFilter, User
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
    ResponseFactory,
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
def test_texts_in_tables_do_nothing(as_owner: Client, owner: User, project: Project, payload: str) -> None:
    word = payload[:100].strip() or "x"
    prompt = PromptFactory(
        project=project, text=payload, tags=[word], messages=[{"role": "user", "content": payload}], language="en"
    )
    responses = [ResponseFactory(prompt=prompt, author=payload[:190] + end) for end in "ab"]
    comparison = ComparisonFactory(project=project, prompt=prompt, responses=responses)
    JudgmentFactory(comparison=comparison, judge=JudgeFactory(project=project, name=payload[:200]))
    refresh_labels([comparison.pk])
    project.groups.create(name=payload[:60])
    for table in ("prompts", "comparisons"):
        SavedFilter.objects.create(project=project, user=owner, table=table, name=payload[:60], query="q=1")
        for asked in ({}, {"q": payload}, {"tag": word, "model": payload[:200], "language": payload}):
            html = as_owner.get(f"/p/helpful/{table}", asked).content.decode()
            assert dangers(html) == [], asked
        sent = {"action": "tag", "tag": payload[:100] or "x", "all": "1", "query": urlencode({"q": payload})}
        for values in (sent, {"action": payload, "tag": payload}):
            answer = as_owner.post(f"/p/helpful/{table}/change", values)
            assert dangers(answer.content.decode()) == []
        refused = as_owner.post("/p/helpful/filters/save", {"table": table, "name": payload * 60, "query": "q=1"})
        assert refused.status_code == 422
        assert dangers(refused.content.decode()) == []


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


@pytest.mark.django_db
def test_what_was_typed_into_the_login_form_does_nothing() -> None:
    for payload in PAYLOADS[:9]:
        response = Client().post(f"/login?next={payload}", {"email": payload, "password": "x"})
        assert dangers(response.content.decode()) == []

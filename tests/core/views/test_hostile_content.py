"""What others wrote, on every page of a person who manages a project."""

import json

import pytest
import yaml
from django.core.cache import cache
from django.test import Client

from core.models import Project, QuestionSet, User
from core.uploads.reports import rejects_file
from tests.core.views.markup import PAYLOADS, dangers, each_payload
from tests.factories import (
    ComparisonFactory,
    DatasetFactory,
    DatasetVersionFactory,
    FailureFactory,
    JudgeFactory,
    JudgmentFactory,
    RecipeFactory,
    RunFactory,
    ScheduleFactory,
    StageFactory,
    UploadFactory,
    arrived_upload,
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
def test_texts_of_imported_files_do_nothing(as_owner: Client, owner: User, project: Project, payload: str) -> None:
    User.objects.filter(pk=owner.pk).update(name=payload[:100])
    line = {
        "prompt": payload,
        "responses": [{"id": "a", "content": payload, "model": payload[:200]}, {"id": "b", "content": "b"}],
        "judgments": [{"judge": payload[:200], "kind": "ai", "responses": ["a", "b"], "preference": 1}],
    }
    lines = json.dumps(line) + "\n" + json.dumps({"prompt": "x", payload: payload}) + "\n" + payload.replace("\n", " ")
    rows = json.dumps({payload: payload, "text": payload}) + "\n"
    mapping = {"column-0": "prompt"}
    run = RunFactory(project=project, recipe=RecipeFactory(project=project), state="done", settings={"upload": payload})
    for number, data in enumerate((lines, rows)):
        upload = arrived_upload(data.encode(), project=project, created_by=owner, name=payload[:255], mark=str(number))
        for sent in ({}, mapping):
            answer = as_owner.get(f"/p/helpful/import/{upload.public}", sent)
            assert dangers(answer.content.decode()) == []
    report = {"lines": 1, "refused": 1, "layout": payload, "added": {}}
    done = UploadFactory(project=project, name=payload[:255], run=run, report=report, created_by=owner)
    path = rejects_file(done)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"line": 1, "reason": payload, "raw": payload}) + "\n")
    pages = ("import", f"import/{done.public}", f"import/{done.public}/refusals", f"runs/{run.public}")
    for page in pages:
        assert dangers(as_owner.get(f"/p/helpful/{page}").content.decode()) == [], page


@pytest.mark.django_db
def test_what_was_typed_into_the_login_form_does_nothing() -> None:
    for payload in PAYLOADS[:9]:
        response = Client().post(f"/login?next={payload}", {"email": payload, "password": "x"})
        assert dangers(response.content.decode()) == []

"""What others wrote, on every page of a person who manages a project."""

import json
import re

import pytest
import yaml
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django.utils.http import urlencode

from core import audit
from core.labels.service import refresh_labels
from core.models import GoldSet, Judge, Project, QuestionSet, Removal, SavedFilter, User
from core.uploads.reports import rejects_file
from synth.cards.stored import card_of
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
    ResponseFactory,
    RunFactory,
    ScheduleFactory,
    StageFactory,
    TagRuleFactory,
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
    pages = ("", "/questions", "/reading", "/guidelines", "/danger")
    others = [*(f"/settings{page}" for page in pages), "/comparisons/new"]
    for page in ("/", *(f"/p/helpful{other}" for other in ("/", "/agreement", "/guidelines", *others))):
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
    FailureFactory(stage=stage, input=PromptFactory(project=project, text=payload).pk)
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
        f"{team}/quotas",
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


# Drawings of ours: every word in them is ours too.
PLOT = re.compile(r'<div class="plot">.*?</div>', re.DOTALL)


@each_payload
def test_texts_of_gold_and_judges_do_nothing(as_owner: Client, owner: User, project: Project, payload: str) -> None:
    cache.clear()
    User.objects.filter(pk=owner.pk).update(name=payload[:100])
    word = payload[:90].replace("@", "").replace("\0", "").strip() or "x"
    prompt = PromptFactory(project=project, tags=[word], messages=[{"role": "user", "content": payload}])
    responses = [ResponseFactory(prompt=prompt, author=payload[:190] + end) for end in "ab"]
    comparison = ComparisonFactory(project=project, prompt=prompt, responses=responses)
    gold_set = GoldSet.objects.create(project=project, name=word, version=1, created_by=owner)
    gold_set.items.create(comparison=comparison, ranks=[1, 2], stratum=payload[:200])
    gold_set.closed = timezone.now()
    gold_set.save()
    config = {"signature": payload}
    judges = [
        JudgeFactory(project=project, name=word, version=payload[:200] + end, family=payload[:100], config=config)
        for end in "ab"
    ]
    for judge in judges:
        JudgmentFactory(comparison=comparison, judge=judge)
        card_of(judge, gold_set)
    Judge.objects.filter(project=project).update(barred=timezone.now(), barred_because=payload)
    one, other = (judge.public for judge in judges)
    here = "/p/helpful/judges"
    gold = f"/p/helpful/gold/{gold_set.public}"
    compared = f"{here}/compare?a={one}&b={other}"
    for page in ("/p/helpful/gold", "/p/helpful/gold/starter", gold, f"{here}/{one}", compared, f"{here}/requirements"):
        html = as_owner.get(page).content.decode()
        assert dangers(PLOT.sub("", html)) == [], page
    sent = {"name": payload * 60, "count": payload, "least_accuracy": payload, "gold": payload, "from": payload}
    for form in (
        "/p/helpful/gold",
        "/p/helpful/gold/starter",
        f"{gold}/add",
        f"{here}/{one}/card",
        f"{here}/requirements",
    ):
        answer = as_owner.post(form, sent)
        assert answer.status_code in (409, 422), form
        assert dangers(PLOT.sub("", answer.content.decode())) == [], form

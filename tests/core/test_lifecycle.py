"""Archived, restored, deleted: what becomes of runs, schedules, rows and files."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from annotate.models import GuidelinesRead, Quota
from annotate.queue.reservations import take_next
from annotate.work.actions import Skip, skip
from core import deletion, lifecycle
from core.errors import PrefereeError
from core.facts.draining import catch_up
from core.facts.marking import mark_comparisons
from core.ids import uuid7
from core.models import (
    AuditEvent,
    Comparison,
    GoldItem,
    GoldSet,
    Group,
    Image,
    ImageSearch,
    Invitation,
    Project,
    Rendering,
    Role,
    Rubric,
    Run,
    RunState,
    SavedFilter,
    Schedule,
    Score,
    TagRule,
    Upload,
    User,
)
from core.runs.actions import run_here, sweep
from core.runs.starting import record_run, start_run
from core.schedules.actions import Plan, create_schedule
from core.schedules.alarms import alarms_of
from core.schedules.firing import fire_due
from synth.models import Card, JudgePrompt, Requirement, Sample, Sampler, Scorer, StoredReply, Trace, Trial
from tests.factories import (
    ComparisonFactory,
    DatasetFactory,
    DatasetVersionFactory,
    FailureFactory,
    JudgeFactory,
    JudgmentFactory,
    MembershipFactory,
    ProjectFactory,
    ResponseFactory,
    RunFactory,
    ShardFactory,
    StageFactory,
    UserFactory,
)
from tests.synth.scripted import EndpointFactory


@pytest.fixture
def project(db: None) -> Project:
    return ProjectFactory(slug="helpful", name="Helpful")


def due(schedule: Schedule) -> None:
    Schedule.objects.filter(pk=schedule.pk).update(next_due=timezone.now() - timedelta(days=1))


def test_archiving_pauses_what_goes_and_schedules_start_nothing(project: Project) -> None:
    going, over = RunFactory(project=project, state="running"), RunFactory(project=project, state="done")
    due(create_schedule(project, Plan("Every night", "compare", "0 2 * * *")))
    lifecycle.archive(project)
    going.refresh_from_db()
    over.refresh_from_db()
    assert (going.state, going.error) == ("paused", "The project was archived. Restore it, then resume the run.")
    assert over.state == "done"
    assert fire_due() == []


def test_a_run_that_waited_for_its_turn_waits_on(project: Project) -> None:
    run = record_run(project, "compare", {})
    lifecycle.archive(project)
    sweep()
    run.refresh_from_db()
    assert run.state == RunState.QUEUED
    lifecycle.restore(project)
    sweep()
    run.refresh_from_db()
    assert run.state != RunState.QUEUED


def test_nothing_is_started_in_an_archived_project_from_a_shell_either(project: Project) -> None:
    lifecycle.archive(project)
    with pytest.raises(PrefereeError, match="is archived, so nothing runs in it"):
        start_run(project, "compare", {})


def test_what_was_due_while_it_was_archived_is_not_made_up_for(project: Project) -> None:
    schedule = create_schedule(project, Plan("Every night", "compare", "0 2 * * *"))
    lifecycle.archive(project)
    due(schedule)
    lifecycle.restore(project)
    assert fire_due() == []
    schedule.refresh_from_db()
    assert schedule.next_due is not None
    assert schedule.next_due > timezone.now()
    assert alarms_of(project) == []


def fill(project: Project) -> None:
    """A row in every table that can hold one of a project."""
    person = MembershipFactory(project=project, role=Role.ANNOTATOR).user
    group = Group.objects.create(project=project, name="experts")
    group.people.add(person)
    TagRule.objects.create(project=project, tag="safety", group=group)
    invitation = Invitation.objects.create(
        project=project, role="annotator", digest=str(uuid7()), expires=timezone.now()
    )
    invitation.groups.add(group)
    SavedFilter.objects.create(project=project, user=person, table="prompts", name="mine")
    first, second = ComparisonFactory.create_batch(2, project=project, votes_wanted=2, group=group)
    parent = ResponseFactory(prompt=first.prompt)
    Score.objects.create(response=ResponseFactory(prompt=first.prompt, parent=parent), scorer="s", value=1)
    sampler = Sampler.objects.create(project=project, key=bytes(16), config={})
    Sample.objects.create(sampler=sampler, prompt=first.prompt, number=1, response=parent)
    fill_of_models(project, first)
    judged = JudgmentFactory(comparison=first, judge=JudgeFactory(project=project), live=False)
    JudgmentFactory(comparison=first, judge=judged.judge, revises=judged)
    assignment = take_next(person, project).assignment
    assert assignment is not None
    skip(assignment.comparison, Skip(uuid7(), "broken"), by=person)
    take_next(person, project)
    assignment.comparison.flags.create(project=project, person=person, kind="flag")
    fill_of_reading(project, person)
    DatasetVersionFactory(dataset=DatasetFactory(project=project))
    run = run_here(start_run(project, "aggregate", {}))
    create_schedule(project, Plan("Every night", "compare", "0 2 * * *"))
    ShardFactory(stage=StageFactory(run=run, number=9))
    FailureFactory(stage=run.stages.first())
    Upload.objects.create(project=project, name="x.jsonl", size=1, run=run)
    project.removals.create(subject="prompt", mode="withdraw", targets=[1], run=run)
    assert second.pk != first.pk
    catch_up(project)
    mark_comparisons(project.pk, [first.pk])


def fill_of_reading(project: Project, person: User) -> None:
    """What there is of texts as they are shown, of guidelines that were read, and of quotas."""
    Rendering.objects.create(project=project, key=bytes(16), version=1, html="<p>Hello</p>")
    Image.objects.create(project=project, key=bytes(16), address="https://example.org/a.png")
    ImageSearch.objects.create(project=project)
    GuidelinesRead.objects.create(project=project, person=person, question_set=project.question_sets.latest("pk"))
    Quota.objects.create(project=project, kind="tag", value="safety", most=10)


def fill_of_models(project: Project, comparison: Comparison) -> None:
    """What there is of judges, gold and scorers."""
    score = Score.objects.create(response=comparison.prompt.responses.earliest("pk"), scorer="density@1", value=1)
    Trace.objects.create(score=score, ends=[1], ratios=[0.5])
    Scorer.objects.create(project=project, name="density", version=1, kind="density")
    StoredReply.objects.create(key=project.pk.to_bytes(16), project=project, prompt=comparison.prompt_id, body={})
    EndpointFactory().projects.add(project)
    Requirement.objects.create(project=project)
    JudgePrompt.objects.create(project=project, name="mine", version=1, method="pairwise", text="$prompt")
    Rubric.objects.create(project=project, name="mine", version=1)
    gold_set = GoldSet.objects.create(project=project, name="start", version=1)
    GoldItem.objects.create(gold_set=gold_set, comparison=comparison)
    card = Card.objects.create(judge=JudgeFactory(project=project), gold_set=gold_set)
    Trial.objects.create(card=card, task=1, kind="gold", comparison=comparison.pk, outcome={})


def counted() -> dict[str, int]:
    """Rows by table, but for the audit log and what belongs to no project."""
    kept = {"core_auditevent", "core_user", "core_user_groups", "core_user_user_permissions", "synth_endpoint"}
    kept |= {"synth_allowance"}
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    rows = {}
    with connection.cursor() as cursor:
        for table in sorted(each for each in tables - kept if each.startswith(("core_", "annotate_", "synth_"))):
            cursor.execute(f"SELECT count(*) FROM {table}")
            rows[table] = cursor.fetchone()[0]
    return rows


def go(project: Project) -> None:
    lifecycle.archive(project)
    lifecycle.delete_project(project)


def test_everything_of_a_deleted_project_goes_and_nothing_of_another(
    project: Project, django_capture_on_commit_callbacks: Any
) -> None:
    other = ProjectFactory(slug="other")
    fill(other)
    before = counted()
    fill(project)
    untouched = {table for table, rows in counted().items() if rows == before[table] and rows == 0}
    with django_capture_on_commit_callbacks(execute=True):
        go(project)
    after = counted()
    before["core_project"] -= 1  # it was there already
    before["core_questionset"] -= 1
    before["core_round"] -= 1
    assert after == before
    assert untouched <= {"core_apitoken", "core_session", "core_passwordreset", "core_auditbatch"}, "fill() misses some"


def test_the_audit_log_stays_and_says_the_name(project: Project, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        go(project)
    verbs = AuditEvent.objects.filter(project=project.pk).order_by("pk").values_list("verb", "target", "detail__name")
    assert [*verbs][-2:] == [
        ("project.delete", "helpful", "Helpful"),
        ("project.deleted", f"helpful~{project.pk}", "Helpful"),
    ]


def test_its_address_is_free_while_its_rows_still_go(project: Project) -> None:
    go(project)
    assert not Project.objects.standing().filter(slug="helpful").exists()
    assert ProjectFactory(slug="helpful").pk != project.pk
    assert deletion.under_way() == [project.pk]


def test_nobody_sees_it_while_its_rows_still_go(project: Project) -> None:
    member, staff = MembershipFactory(project=project, role=Role.OWNER).user, UserFactory(is_staff=True)
    go(project)
    assert not Project.objects.visible_to(member).exists()
    assert not Project.objects.visible_to(staff).exists()


def test_whoever_stops_in_the_middle_is_followed_by_another(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(project)
    go(project)
    assert deletion.go_on(project.pk, seconds=-1) is True
    assert project.prompts.exists()
    monkeypatch.setattr(deletion, "ROWS_A_BATCH", 1)
    assert deletion.go_on(project.pk) is False
    assert deletion.under_way() == []
    assert deletion.go_on(project.pk) is False


def test_a_project_that_stands_is_never_deleted(project: Project) -> None:
    fill(project)
    lifecycle.archive(project)
    deletion.go_on(project.pk)
    assert project.prompts.exists()


def test_files_go_and_those_of_another_project_stay(
    project: Project, settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    settings.HOME, settings.EXPORTS_FOLDER = tmp_path, tmp_path / "exports"
    for slug in ("helpful", "other"):
        for folder in (settings.EXPORTS_FOLDER / slug, settings.HOME / "imports" / slug):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "train.jsonl").write_text("{}")
    with django_capture_on_commit_callbacks(execute=True):
        go(project)
    left = {path.name for root in (settings.EXPORTS_FOLDER, settings.HOME / "imports") for path in root.iterdir()}
    assert "other" in left
    assert not {name for name in left if name.startswith("helpful")}


def test_others_clean_up_what_they_keep_elsewhere(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    cleaned: list[int] = []
    monkeypatch.setattr(deletion, "_cleaners", [lambda gone: cleaned.append(gone.pk)])
    go(project)
    deletion.go_on(project.pk)
    assert cleaned == [project.pk]


def test_a_worker_rings_again_until_all_is_gone(
    project: Project, settings: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    from core.tasks import delete_project

    rung: list[int] = []
    monkeypatch.setattr(delete_project, "delay", rung.append)
    fill(project)
    settings.CELERY_BROKER_URL = "memory://"
    with django_capture_on_commit_callbacks(execute=True):
        go(project)
    monkeypatch.setitem(deletion.go_on.__kwdefaults__, "seconds", -1)
    delete_project(project.pk)
    monkeypatch.setitem(deletion.go_on.__kwdefaults__, "seconds", 60)
    delete_project(project.pk)
    assert rung == [project.pk, project.pk]
    assert deletion.under_way() == []


def test_files_that_cannot_be_moved_keep_the_project(
    project: Project, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (settings.EXPORTS_FOLDER / "helpful").mkdir(parents=True, exist_ok=True)

    def refused(path: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refused)
    lifecycle.archive(project)
    with pytest.raises(PrefereeError, match="Permission denied: the folder helpful of its files"):
        lifecycle.delete_project(project)
    assert Project.objects.filter(slug="helpful").exists()


def test_every_table_of_a_project_is_reached_by_an_index() -> None:
    """A foreign key without an index would cost a scan of its table for every batch; each table has one with."""
    reached, waiting = {Project}, [Project]
    while waiting:
        for key in deletion._keys_to(waiting.pop()):
            if key.model not in reached:
                reached.add(key.model)
                waiting.append(key.model)
    refers = {
        model
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and field.related_model in reached
        and field.remote_field.on_delete is not models.DO_NOTHING
    }
    assert refers <= reached


def test_runs_that_go_are_cancelled(project: Project) -> None:
    run = record_run(project, "compare", {})
    go(project)
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert not Schedule.objects.filter(project=project).exists()
    assert Run.objects.filter(project=project).exists(), "its rows go in the background"

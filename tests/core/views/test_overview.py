import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from core.labels.service import refresh_labels
from core.models import Project, Role, User
from tests.core.views.conftest import logged_in
from tests.factories import (
    ComparisonFactory,
    DatasetFactory,
    DatasetVersionFactory,
    JudgeFactory,
    JudgmentFactory,
    MembershipFactory,
    PromptFactory,
    RunFactory,
    ScheduleFactory,
)

OVERVIEW = "/p/helpful/"
TOKEN = re.compile(r"[0-9A-Za-z]{64}")


def page(client: Client) -> str:
    response = client.get(OVERVIEW)
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_project_says_how_to_fill_it(as_owner: Client) -> None:
    html = page(as_owner)
    assert "No prompts yet. Import a file." in html
    assert '<a class="button primary" href="/p/helpful/import">Import a file</a>' in html


def test_prompts_without_comparisons_are_said_so(as_owner: Client, project: Project) -> None:
    PromptFactory(project=project)
    html = page(as_owner)
    assert "No comparisons yet" in html
    assert '<a class="button primary" href="/p/helpful/comparisons/new">Make comparisons</a>' in html


def test_the_eight_counts_are_those_of_this_project(as_owner: Client, project: Project) -> None:
    first, second = ComparisonFactory.create_batch(2, project=project)
    person = JudgeFactory(project=project, kind="human")
    JudgmentFactory(comparison=first, judge=person)
    JudgmentFactory(comparison=first, judge=JudgeFactory(project=project))
    JudgmentFactory(comparison=second, judge=JudgeFactory(project=project, kind="gold"))
    JudgmentFactory()
    refresh_labels([first.pk, second.pk])
    loop = as_owner.get(OVERVIEW).context["loop"]
    assert [n for _, n in loop.named] == [2, 4, 2, 1, 1, 2, 0, 2]


def test_the_next_action_is_to_judge_while_something_is_open(as_owner: Client, project: Project) -> None:
    ComparisonFactory(project=project)
    html = page(as_owner)
    assert "0 of 1 comparisons labelled; 1 judgment wanted of people." in html
    assert '<a class="button primary" href="/p/helpful/work">Judge the next comparison</a>' in html


def test_when_all_is_labelled_the_next_action_is_to_export(as_owner: Client, project: Project) -> None:
    comparison = ComparisonFactory(project=project, votes_wanted=0)
    JudgmentFactory(comparison=comparison)
    refresh_labels([comparison.pk])
    html = page(as_owner)
    assert "100\N{NO-BREAK SPACE}% labelled. Nothing exported yet." in html
    assert "1 of 1 comparisons labelled." in html
    assert '<a class="button primary" href="/p/helpful/runs/start/export">Export a dataset</a>' in html


def test_versions_can_be_downloaded_by_those_who_manage(as_owner: Client, project: Project) -> None:
    version = DatasetVersionFactory(dataset=DatasetFactory(project=project, name="train"))
    html = page(as_owner)
    assert f'href="/p/helpful/datasets/{version.public}/train.jsonl"' in html
    assert "3\xa0bytes, 1 row<" in html


def test_a_reviewer_reads_the_versions_without_a_link(project: Project) -> None:
    DatasetVersionFactory(dataset=DatasetFactory(project=project))
    html = page(logged_in(MembershipFactory(project=project, role=Role.REVIEWER).user))
    assert "train.jsonl" in html
    assert "/datasets/" not in html


def test_a_viewer_is_led_to_nothing_that_they_may_not_do(project: Project) -> None:
    PromptFactory(project=project)
    html = page(logged_in(MembershipFactory(project=project, role=Role.VIEWER).user))
    assert "No comparisons yet" in html
    assert "/runs/start" not in html


def test_versions_of_other_projects_stay_there(as_owner: Client) -> None:
    DatasetVersionFactory()
    assert "No versions yet." in page(as_owner)


@pytest.mark.parametrize("hidden", ["Along the loop", "Agreement", "Datasets", "Judged by people", "/runs"])
def test_an_annotator_sees_only_their_own_part(as_annotator: Client, project: Project, hidden: str) -> None:
    ComparisonFactory(project=project)
    html = page(as_annotator)
    assert "You have judged 0 of 1 comparisons." in html
    assert "Read the guidelines" in html
    assert hidden not in html


def test_an_annotator_without_work_is_told_so(as_annotator: Client) -> None:
    assert "Nothing for you now." in page(as_annotator)


def test_a_stranger_learns_nothing(as_outsider: Client, project: Project) -> None:
    there, nowhere = as_outsider.get(OVERVIEW), as_outsider.get("/p/nowhere/")
    assert there.status_code == nowhere.status_code == 404
    assert TOKEN.sub("", there.content.decode()) == TOKEN.sub("", nowhere.content.decode())


def test_staff_see_every_project_but_are_not_asked_to_judge(outsider: User, project: Project) -> None:
    ComparisonFactory(project=project)
    User.objects.filter(pk=outsider.pk).update(is_staff=True)
    html = page(logged_in(User.objects.get(pk=outsider.pk)))
    assert "Along the loop" in html
    assert "/work" not in html


def test_a_schedule_that_needs_somebody_is_told_of_until_a_later_run_goes_well(
    as_owner: Client, project: Project
) -> None:
    schedule = ScheduleFactory(project=project, name="Every night")
    due = datetime(2031, 5, 1, 2, tzinfo=UTC)
    assert "Needs somebody" not in page(as_owner)
    run = RunFactory(project=project, schedule=schedule, due=due, state="failed", error="The key was refused.")
    html = page(as_owner)
    assert "Needs somebody" in html
    assert "The key was refused." in html
    assert f'href="/p/helpful/runs/{run.public}"' in html
    RunFactory(project=project, schedule=schedule, due=due + timedelta(days=1), state="done")
    assert "Needs somebody" not in page(as_owner)


def test_who_only_judges_is_not_told_of_schedules(as_annotator: Client, project: Project) -> None:
    ScheduleFactory(project=project, note="Skipped the run.")
    assert "Skipped" not in page(as_annotator)

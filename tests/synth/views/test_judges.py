"""The list of judges: models first with what their newest card says, then the others; people are elsewhere."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.models import Judge, Project, User
from synth.judges.actions import create_judge, new_version
from synth.judges.configuration import JudgeConfiguration
from synth.models import Card
from tests.core.views.markup import dangers, each_payload
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, ProjectFactory

HERE = "/p/helpful/judges"


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def card_of(judge: Judge, **figures: Any) -> Card:
    return Card.objects.create(judge=judge, figures=figures, finished=timezone.now())


def test_without_an_endpoint_the_page_says_what_is_missing(as_owner: Client, as_reviewer: Client) -> None:
    html = text(as_owner.get(HERE))
    assert "staff of this installation have opened none to this project" in html
    assert "New judge" not in html


@pytest.mark.usefixtures("endpoint")
def test_with_one_it_offers_to_make_a_judge(as_owner: Client, as_reviewer: Client) -> None:
    assert f'href="{HERE}/new"' in text(as_owner.get(HERE))
    assert f'href="{HERE}/new"' not in text(as_reviewer.get(HERE))


def test_a_judge_is_shown_with_its_judgments_and_its_accuracy_beside_the_longest(
    as_owner: Client, owner: User, project: Project, pairwise: JudgeConfiguration
) -> None:
    judge = create_judge(project, "strict", pairwise, by=owner)
    assert "Not used yet" in text(as_owner.get(HERE))
    for _ in range(2):
        JudgmentFactory(comparison=ComparisonFactory(project=project), judge=judge)
    gone = ComparisonFactory(project=project, withdrawn=timezone.now())
    JudgmentFactory(comparison=gone, judge=judge)
    card_of(judge, accuracy={"value": 0.5, "low": 0.4, "high": 0.6, "n": 90})
    card_of(
        judge,
        accuracy={"value": 0.861, "low": 0.84, "high": 0.88, "n": 1204},
        longest={"value": 0.71, "low": 0.6, "high": 0.8, "n": 1204},
    )
    Card.objects.create(judge=judge)  # one that is under way
    html = text(as_owner.get(HERE))
    assert 'data-label="Judgments">2<' in html
    assert ".86 (.84 to .88), " in html
    assert "n 1,204" in html
    assert "longest .71" in html
    assert "Used" in html
    assert "/p/helpful/runs/start/judge?judge.judge=strict%401" in html


@pytest.mark.parametrize("figures", [None, {}, {"accuracy": None}, {"accuracy": {"value": None, "n": 0}}])
def test_a_card_without_an_accuracy_shows_a_dash(
    as_owner: Client, owner: User, project: Project, pairwise: JudgeConfiguration, figures: Any
) -> None:
    judge = create_judge(project, "strict", pairwise, by=owner)
    Card.objects.create(judge=judge, figures=figures, finished=timezone.now())
    assert "Its card has no accuracy" in text(as_owner.get(HERE))


def test_a_barred_judge_says_why(as_owner: Client, owner: User, project: Project, pairwise: JudgeConfiguration) -> None:
    create_judge(project, "strict", pairwise, by=owner)
    Judge.objects.update(barred=timezone.now(), barred_because="Its accuracy is too low.")
    html = text(as_owner.get(HERE))
    assert "Barred" in html
    assert "Its accuracy is too low." in html


def test_the_newest_version_stands_first_and_is_the_one_to_judge_with(
    as_owner: Client, owner: User, project: Project, pairwise: JudgeConfiguration
) -> None:
    judge = create_judge(project, "strict", pairwise, by=owner)
    JudgmentFactory(comparison=ComparisonFactory(project=project), judge=judge)
    new_version(judge, pairwise.model_copy(update={"scale": "five_points"}), by=owner)
    html = text(as_owner.get(HERE))
    assert html.index("version 2, the newest") < html.index("version 1")
    assert html.count("Judge comparisons") == 1


def test_others_are_below_and_people_are_not_here(as_owner: Client, project: Project) -> None:
    JudgeFactory(project=project, kind="metric", name="reference", version="bleu 2.6.0")
    JudgeFactory(project=project, kind="ai", name="gpt-4-imported")
    JudgeFactory(project=project, kind="human", name="Somebody Real")
    JudgeFactory(kind="metric", name="of-another-project")
    html = text(as_owner.get(HERE))
    for part in ("reference", "bleu 2.6.0", "gpt-4-imported", "Model, imported", "Metric"):
        assert part in html, part
    assert "Somebody Real" not in html
    assert "of-another-project" not in html


def test_many_others_come_in_pages_without_gap_or_repeat(as_owner: Client, project: Project) -> None:
    for number in range(205):
        JudgeFactory(project=project, name=f"import-{number // 2:03}", version=str(number))
    found: list[Any] = []
    address = HERE
    for _ in range(3):
        answer = as_owner.get(address)
        found += [row.judge.pk for row in answer.context["others"]]
        address = f"{HERE}?after={answer.context['more'].public}" if answer.context["more"] else ""
    assert address == ""
    assert len(found) == len(set(found)) == 205


def test_a_place_that_is_none_begins_at_the_first_and_one_of_another_project_is_nowhere(
    as_owner: Client, project: Project
) -> None:
    assert as_owner.get(f"{HERE}?after=nonsense").status_code == 200
    assert as_owner.get(f"{HERE}?after={JudgeFactory().public}").status_code == 404


def test_htmx_gets_the_part_of_the_others(as_owner: Client, project: Project) -> None:
    JudgeFactory(project=project, kind="metric", name="reference")
    html = text(as_owner.get(HERE, headers={"HX-Request": "true"}))
    assert html.startswith('<div id="others">')


def test_many_judges_take_no_more_queries(
    as_owner: Client, owner: User, project: Project, pairwise: JudgeConfiguration, django_assert_max_num_queries: Any
) -> None:
    for number in range(9):
        judge = create_judge(project, f"judge {number}", pairwise, by=owner)
        card_of(judge, accuracy={"value": 0.5, "low": 0.4, "high": 0.6, "n": 90})
        JudgeFactory(project=project, kind="metric")
    with django_assert_max_num_queries(13):
        as_owner.get(HERE)


@each_payload
def test_names_do_nothing(
    as_owner: Client, owner: User, project: Project, pairwise: JudgeConfiguration, payload: str
) -> None:
    create_judge(project, "strict", pairwise, by=owner)
    Judge.objects.update(name=payload[:90], family=payload[:100], barred=timezone.now(), barred_because=payload)
    Judge.objects.update(config={**Judge.objects.get().config, "endpoint": payload[:60], "prompt": payload[:60]})
    JudgeFactory(project=project, kind="ai", name=payload[:190], version=payload[:190])
    assert dangers(as_owner.get(HERE).content.decode()) == []


def test_another_project_has_none_of_them(as_owner: Client, owner: User, pairwise: JudgeConfiguration) -> None:
    create_judge(ProjectFactory(), "foreign", pairwise, by=owner)
    assert "foreign" not in text(as_owner.get(HERE))

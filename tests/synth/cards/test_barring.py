"""A judge whose card falls short makes no labels until one suffices; people and gold always do."""

import pytest

from core.bulk import fetch
from core.deletion import go_on
from core.exports.trl_dpo import VOTES
from core.labels.service import refresh_labels, refresh_project
from core.models import AuditEvent, Judge, Label, Run, RunState
from core.models.project import GOING
from core.runs.actions import run_here
from core.runs.starting import start_run
from synth.cards.barring import change_requirement, judge_anew
from synth.cards.standing import Required
from synth.cards.stored import card_of
from synth.judges.actions import create_judge
from synth.judges.configuration import JudgeConfiguration
from synth.judges.pinning import pin_judge
from synth.models import StoredReply
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory
from tests.synth.cards.judges import honest, prefers_the_first, saying
from tests.synth.scripted import EndpointFactory, script

pytestmark = pytest.mark.django_db
STRICT = Required(least_accuracy=0.6)


@pytest.fixture
def gold(known, closed):
    known([(f"Right {n}", f"Wrong {n}") for n in range(25)])
    return closed()


@pytest.fixture
def wrong(project, gold):
    """A judge that was imported and is wrong on every gold item; it has labelled one comparison beside."""
    judge = JudgeFactory(project=project, name="wrong")
    for item in gold.items.all():
        JudgmentFactory(comparison=item.comparison, judge=judge, ranks=[3 - rank for rank in item.ranks])
    return judge


@pytest.fixture
def labelled(project, wrong):
    comparison = ComparisonFactory(project=project)
    JudgmentFactory(comparison=comparison, judge=wrong)
    refresh_labels([comparison.pk])
    assert Label.objects.get(comparison=comparison).tier == "judges"
    return comparison


def has_label(comparison):
    return Label.objects.filter(comparison=comparison).exists()


def test_a_card_that_falls_short_bars_and_the_labels_go(project, by, gold, wrong, labelled):
    change_requirement(project, STRICT, by=by)
    assert has_label(labelled)  # uncertified: it may
    card_of(wrong, gold, by=by)
    wrong.refresh_from_db()
    assert wrong.barred
    assert wrong.barred_because.startswith("Its accuracy is 0.00")
    assert not has_label(labelled)


def test_the_labels_come_back_when_less_is_required(project, by, gold, wrong, labelled):
    change_requirement(project, STRICT, by=by)
    card_of(wrong, gold, by=by)
    change_requirement(project, Required(), by=by)
    wrong.refresh_from_db()
    assert (wrong.barred, wrong.barred_because) == (None, "")
    assert has_label(labelled)


def test_what_a_barred_judge_says_later_makes_no_label_either(project, by, gold, wrong, labelled):
    change_requirement(project, STRICT, by=by)
    card_of(wrong, gold, by=by)
    later = ComparisonFactory(project=project)
    JudgmentFactory(comparison=later, judge=wrong)
    refresh_labels([later.pk])
    assert not has_label(later)
    refresh_project(project)
    assert not has_label(later)
    assert not has_label(labelled)


def test_no_export_names_a_barred_judge_as_a_voter(project, by, gold, wrong, labelled):
    assert [row[2] for row in fetch(VOTES, [[labelled.pk]])] == ["wrong"]
    change_requirement(project, STRICT, by=by)
    card_of(wrong, gold, by=by)
    assert fetch(VOTES, [[labelled.pk]]) == []


def test_labels_of_every_policy_follow(project, by, gold, wrong, labelled):
    refresh_labels([labelled.pk], "judges")
    change_requirement(project, STRICT, by=by)
    card_of(wrong, gold, by=by)
    assert not has_label(labelled)


def test_people_and_gold_are_never_barred(project, by, gold):
    person = JudgeFactory(project=project, kind="human")
    change_requirement(project, Required(needs_card=True), by=by)
    kinds = set(Judge.objects.filter(project=project, barred__isnull=False).values_list("kind", flat=True))
    assert not kinds & {"human", "gold"}
    assert person.barred is None


def test_where_a_card_is_needed_a_judge_without_one_is_barred_however_it_comes(project, by, load):
    before = JudgeFactory(project=project)
    change_requirement(project, Required(needs_card=True), by=by)
    before.refresh_from_db()
    assert before.barred
    line = {"prompt": "Why?", "responses": [{"id": "a", "content": "So."}, {"id": "b", "content": "Else."}]}
    load(project, {**line, "judgments": [{"judge": "new", "kind": "ai", "responses": ["a", "b"], "preference": 1}]})
    imported = Judge.objects.get(project=project, name="new")
    assert "no card" in imported.barred_because
    assert not Label.objects.filter(project=project).exists()
    assert judge_anew(project) == []  # it is as it would be made anew


def test_nothing_changes_and_nothing_is_written_where_all_stands(project, by, gold, wrong):
    change_requirement(project, STRICT, by=by)
    card_of(wrong, gold, by=by)
    since = AuditEvent.objects.filter(verb__in=["judge.bar", "judge.unbar"]).count()
    card_of(wrong, gold, by=by)
    assert AuditEvent.objects.filter(verb__in=["judge.bar", "judge.unbar"]).count() == since == 1


def test_it_is_in_the_audit_log(project, by, gold, wrong):
    change_requirement(project, STRICT, by=by)
    card_of(wrong, gold, by=by)
    change_requirement(project, Required(), by=by)
    events = AuditEvent.objects.filter(project=project, verb__startswith="judge.", target=str(wrong.public))
    assert [event.verb for event in events.order_by("pk")] == ["judge.card", "judge.bar", "judge.unbar"]
    change = AuditEvent.objects.filter(verb="requirements.change").order_by("pk").first()
    assert change.detail["least_accuracy"] == 0.6


def test_a_card_made_by_trial_bars_and_unbars_and_the_run_refreshes_the_labels(project, by, gold, monkeypatch):
    EndpointFactory(name="local")
    judge = create_judge(project, "first", JudgeConfiguration(endpoint="local"), by=by)
    pin_judge(project, "first")
    comparison = ComparisonFactory(project=project)
    JudgmentFactory(comparison=comparison, judge=judge)
    refresh_labels([comparison.pk])
    change_requirement(project, STRICT, by=by)
    for choose, stands in ((prefers_the_first, False), (honest, True)):
        script(monkeypatch, saying(choose))
        StoredReply.objects.all().delete()  # else the second card would be made of what the model said before
        run = run_here(start_run(project, "card", {"judge": "first", "probed": 0, "injected": 0}, by=by))
        assert run.state == RunState.DONE
        judge.refresh_from_db()
        assert (judge.barred is None, has_label(comparison)) == (stands, stands)


def test_much_is_refreshed_by_a_run(
    project, by, gold, wrong, labelled, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("synth.cards.barring.AT_ONCE", 3)
    change_requirement(project, STRICT, by=by)
    with django_capture_on_commit_callbacks(execute=True):
        card_of(wrong, gold, by=by)
    assert has_label(labelled)
    run = run_here(Run.objects.get(project=project))
    assert (run.recipe.name, run.state) == ("relabel", RunState.DONE)
    assert not has_label(labelled)


def test_a_project_with_closed_gold_and_cards_can_be_deleted(project, by, gold, wrong):
    change_requirement(project, STRICT, by=by)
    card_of(wrong, gold, by=by)
    project.slug = f"{project.slug}{GOING}"
    project.save()
    go_on(project.pk, seconds=60)
    assert not Judge.objects.filter(pk=wrong.pk).exists()

"""The recipe `reference` judges every comparison that it can, once."""

from typing import Any

import pytest

from core.errors import PrefereeError
from core.models import Judge, JudgeKind, Judgment, Label, Project, RunState, Stage
from core.projects import create_project
from core.runs.actions import run_here
from core.runs.starting import start_run
from synth.judges import reference
from synth.judges.bleu import bleu, signature
from synth.judges.reference import ReferenceJudge

pytestmark = pytest.mark.django_db
RIGHT, WRONG = "The capital of France is Paris.", "It might be Lyon or Nice."


def line(number: int, *texts: str, **fields: Any) -> dict[str, Any]:
    ids = [f"r{at}" for at in range(len(texts))]
    responses = [{"id": id_, "content": text} for id_, text in zip(ids, texts, strict=True)]
    given = {"prompt": f"Number {number}?", "responses": responses, "comparisons": [ids], "reference": RIGHT}
    return {**given, **fields}


@pytest.fixture
def project(load) -> Project:
    """A pair with a clear winner, a tie, an empty answer, a list, one without reference, and a single response."""
    project = create_project("p")
    load(
        project,
        line(1, RIGHT, WRONG),
        line(2, "xyz", "qqq"),
        line(3, "", RIGHT),
        line(4, WRONG, RIGHT, "The capital is Paris."),
        line(5, RIGHT, WRONG, reference=None),
        line(6, RIGHT),
    )
    return project


def texts_by_rank(number: int) -> list[tuple[int, str]]:
    judgment = Judgment.objects.get(comparison__prompt__messages__0__content=f"Number {number}?")
    slots = judgment.comparison.candidates.order_by("slot").values_list("response__content", flat=True)
    return sorted(zip(judgment.ranks, slots, strict=True))


def run(project: Project) -> int:
    """How many comparisons were judged."""
    ended = run_here(start_run(project, "reference", {}))
    if ended.state != RunState.DONE:
        raise PrefereeError(ended.error)
    return ended.stages.get().done


def test_the_answer_closer_to_the_reference_wins(project):
    assert run(project) == 4
    assert texts_by_rank(1) == [(1, RIGHT), (2, WRONG)]
    assert texts_by_rank(2) == [(1, "qqq"), (1, "xyz")]
    assert texts_by_rank(3) == [(1, RIGHT), (2, "")]
    assert texts_by_rank(4) == [(1, RIGHT), (2, "The capital is Paris."), (3, WRONG)]
    assert Judgment.objects.count() == 4


def test_the_judge_is_a_metric_whose_version_says_how_it_scores(project):
    run(project)
    judge = Judge.objects.get()
    assert (judge.kind, judge.name, judge.config) == (JudgeKind.METRIC, "reference", {"signature": signature()})
    assert judge.version == f"bleu {signature().rpartition(':')[2]}"


def test_a_judgment_keeps_the_scores_and_no_order_for_none_was_shown(project):
    run(project)
    judgment = Judgment.objects.get(comparison__prompt__messages__0__content="Number 1?")
    slots = judgment.comparison.candidates.order_by("slot").values_list("response__content", flat=True)
    assert judgment.answers == {"bleu": [pytest.approx(bleu(text, RIGHT), abs=1e-4) for text in slots]}
    assert (judgment.order, judgment.person, judgment.strength, judgment.status) == (None, None, None, "submitted")


def test_the_labels_follow(project):
    run(project)
    assert Label.objects.count() == 4
    assert set(Label.objects.values_list("tier", flat=True)) == {"judges"}


def test_it_does_not_outvote_a_person(load):
    project = create_project("judged")
    said = {"judge": "ann", "kind": "human", "responses": ["r0", "r1"], "preference": 1}
    load(project, line(1, WRONG, RIGHT, judgments=[said]))
    run(project)
    assert (Judgment.objects.count(), Label.objects.get().tier) == (2, "people")


def test_the_second_time_it_judges_only_what_is_new(project, load):
    run(project)
    assert run(project) == 0
    load(project, line(7, RIGHT, WRONG))
    assert run(project) == 1
    assert Judgment.objects.count() == 5


def test_the_plan_counts_what_the_run_does(project):
    plan = ReferenceJudge().plan(project, None)
    assert plan == {"comparisons to judge": 4, "judged already": 0, "without a reference": 1}
    assert not Judge.objects.exists()
    run(project)
    assert ReferenceJudge().plan(project, None) == {
        "comparisons to judge": 0,
        "judged already": 4,
        "without a reference": 1,
    }


@pytest.mark.parametrize("lines", [[], [line(5, RIGHT, WRONG, reference=None)], [line(6, RIGHT)]])
def test_where_nothing_can_be_judged_there_is_a_sentence(load, lines):
    project = create_project("bare")
    if lines:
        load(project, *lines)
    with pytest.raises(PrefereeError, match="No comparison in bare has a prompt with a reference answer"):
        run(project)


def test_batches_change_nothing_and_progress_reaches_the_end(project, monkeypatch):
    monkeypatch.setattr(ReferenceJudge, "shard_size", 3)
    ended = start_run(project, "reference", {})
    told: list[tuple[int, int]] = []
    run_here(ended, lambda: told.append(Stage.objects.values_list("done", "total").get()))
    assert (told[0], told[-1]) == ((0, 4), (4, 4))
    assert texts_by_rank(4) == [(1, RIGHT), (2, "The capital is Paris."), (3, WRONG)]
    assert Judgment.objects.count() == 4


def test_a_run_that_was_cut_off_leaves_whole_shards_and_the_next_one_judges_the_rest(project, monkeypatch):
    monkeypatch.setattr(ReferenceJudge, "shard_size", 1)
    original, calls = reference.refresh_labels, []

    def dies(ids: list[int]) -> int:
        calls.append(ids)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return original(ids)

    monkeypatch.setattr(reference, "refresh_labels", dies)
    with pytest.raises(KeyboardInterrupt):
        run(project)
    assert Judgment.objects.count() == Label.objects.count() == 2
    assert run(project) == 2
    assert Judgment.objects.count() == Label.objects.count() == 4


def test_other_projects_are_left_alone(project, load):
    other = create_project("other")
    load(other, line(1, RIGHT, WRONG))
    run(project)
    assert set(Judgment.objects.values_list("project", flat=True)) == {project.pk}

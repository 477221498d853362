"""The step `score` turns scores into judgments: a tie band is a version of the judge."""

from typing import Any

import pytest

from core.errors import PrefereeError
from core.models import Comparison, Judge, JudgeKind, Judgment, Label, Project, RunState, Stage
from core.projects import create_project
from core.runs.actions import run_here
from core.runs.starting import start_run
from synth.models import Scorer
from synth.scorers.score import ScoreConfig, ScoreJudge

pytestmark = pytest.mark.django_db


def line(number: int, *values: float | None, scorer: str = "reward@1", **fields: Any) -> dict[str, Any]:
    """A prompt with as many responses as values, all in one comparison; None has no score."""
    ids = [f"r{at}" for at in range(len(values))]
    scores = [
        {"scorer": scorer, "response": id_, "value": value}
        for id_, value in zip(ids, values, strict=True)
        if value is not None
    ]
    responses = [{"id": id_, "content": f"{number} {id_}"} for id_ in ids]
    return {"prompt": f"Number {number}?", "responses": responses, "comparisons": [ids], "scores": scores, **fields}


@pytest.fixture
def project(load: Any) -> Project:
    """A clear pair, a close one, equal ones, a list, and a pair of which one has no score."""
    project = create_project("p")
    load(
        project,
        line(1, 1.0, 3.0),
        line(2, 1.0, 1.5),
        line(3, 2.0, 2.0),
        line(4, 0.0, 0.4, 5.0, 0.8),
        line(5, 1.0, None),
    )
    return project


def run(project: Project, **settings: Any) -> Stage:
    ended = run_here(start_run(project, "score", {"scorer": "reward@1", **settings}))
    if ended.state != RunState.DONE:
        raise PrefereeError(ended.error)
    return ended.stages.get()


def ranks(number: int, version: str = "1") -> dict[str, int]:
    judgment = Judgment.objects.get(
        judge__version=version, comparison__prompt__messages__0__content=f"Number {number}?"
    )
    slots = judgment.comparison.candidates.order_by("slot").values_list("response__content", flat=True)
    return {text.removeprefix(f"{number} "): rank for text, rank in zip(slots, judgment.ranks, strict=True)}


def test_the_higher_score_is_better_and_equal_ones_tie(project):
    assert run(project).done == 4
    assert ranks(1) == {"r0": 2, "r1": 1}
    assert ranks(2) == {"r0": 2, "r1": 1}
    assert ranks(3) == {"r0": 1, "r1": 1}
    assert ranks(4) == {"r0": 4, "r1": 3, "r2": 1, "r3": 2}


def test_scores_within_the_band_tie_and_a_list_ties_with_the_best_of_its_group(project):
    run(project, tie_band=0.5)
    assert ranks(1) == {"r0": 2, "r1": 1}
    assert ranks(2) == {"r0": 1, "r1": 1}
    assert ranks(4) == {"r2": 1, "r3": 2, "r1": 2, "r0": 4}


def test_the_judge_is_a_metric_that_names_its_scorer_and_its_band(project):
    run(project, tie_band=0.5)
    judge = Judge.objects.get()
    assert (judge.kind, judge.name, judge.version) == (JudgeKind.METRIC, "score:reward@1", "1")
    assert judge.config == {"scorer": "reward@1", "tie_band": 0.5}


def test_another_band_is_another_version_and_the_same_one_judges_nothing_again(project):
    run(project)
    assert run(project, tie_band=0.5).done == 4
    assert run(project).done == 0
    assert sorted(Judge.objects.values_list("version", "config__tie_band")) == [("1", 0), ("2", 0.5)]
    assert Judgment.objects.count() == 8


def test_a_judgment_keeps_the_scores_and_claims_no_probability(project):
    run(project)
    judgment = Judgment.objects.get(comparison__prompt__messages__0__content="Number 1?")
    assert sorted(judgment.answers["scores"]) == [1.0, 3.0]
    assert (judgment.probability, judgment.order, judgment.strength, judgment.status) == (None, None, None, "submitted")


def test_labels_follow_and_do_not_outvote_a_person(project, load):
    said = {"judge": "ann", "kind": "human", "responses": ["r0", "r1"], "preference": 1}
    load(project, line(1, 1.0, 3.0, judgments=[said]))
    run(project)
    tiers = dict(Label.objects.values_list("comparison__prompt__messages__0__content", "tier"))
    assert tiers == {f"Number {number}?": "judges" for number in (2, 3, 4)} | {"Number 1?": "people"}


def test_what_has_no_score_is_left_out_and_counted(project):
    planned = ScoreJudge().plan(project, ScoreConfig(scorer="reward@1"))
    assert planned == {"comparisons to judge": 4, "judged already": 0, "without all scores": 1}
    assert run(project).note.strip() == "1 left out: not all their responses have a score."
    assert not Judgment.objects.filter(comparison__prompt__messages__0__content="Number 5?").exists()
    planned = ScoreJudge().plan(project, ScoreConfig(scorer="reward@1"))
    assert planned == {"comparisons to judge": 0, "judged already": 4, "without all scores": 1}


def test_batches_say_it_once_and_change_nothing(project, monkeypatch):
    monkeypatch.setattr(ScoreJudge, "shard_size", 1)
    assert run(project).note.count("left out") == 1
    assert Judgment.objects.count() == 4


def test_a_name_alone_is_the_newest_version_when_the_run_starts(project, load):
    for version in (1, 2):
        Scorer.objects.create(project=project, name="reward", version=version, kind="density")
    load(project, line(6, 1.0, 2.0, scorer="reward@2"))
    assert run(project, scorer="reward").done == 1
    assert Judge.objects.get().name == "score:reward@2"


def test_scores_of_a_file_without_a_version_judge_too(load):
    project = create_project("q")
    load(project, line(1, 1.0, 2.0, scorer="length"))
    run(project, scorer="length")
    assert Judge.objects.get().name == "score:length"


def test_a_scorer_that_there_is_not_is_named_with_those_that_there_are(project):
    with pytest.raises(PrefereeError, match=r"has a score by “nothing”\. Scorers here: reward@1"):
        ScoreJudge().plan(project, ScoreConfig(scorer="nothing"))
    with pytest.raises(PrefereeError, match="Scorers here: none yet"):
        ScoreJudge().plan(create_project("bare"), ScoreConfig(scorer="nothing"))


def test_where_no_comparison_has_all_scores_there_is_a_sentence(load):
    project = create_project("q")
    load(project, line(5, 1.0, None))
    with pytest.raises(PrefereeError, match="No comparison in q has scores by reward@1"):
        run(project)


def test_withdrawn_comparisons_and_other_projects_are_left_alone(project, load):
    other = create_project("other")
    load(other, line(1, 1.0, 3.0))
    Comparison.objects.filter(project=project, prompt__messages__0__content="Number 1?").update(
        withdrawn="2026-01-01T00:00Z"
    )
    assert run(project).done == 3
    assert not Judgment.objects.filter(project=other).exists()


@pytest.mark.parametrize("band", [-1, float("inf"), float("nan")])
def test_a_band_is_a_number_from_nothing_up(project, band):
    with pytest.raises(PrefereeError, match="tie_band"):
        run(project, tie_band=band)

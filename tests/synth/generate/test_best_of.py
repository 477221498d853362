"""The step `best_of` marks one answer a prompt, by a scorer or a judge, and says what the others were worth."""

import pytest

from core.errors import PrefereeError
from core.models import Project, Response, Score
from synth.models import Scorer
from tests.factories import JudgeFactory
from tests.synth.scripted import script

pytestmark = pytest.mark.django_db
SKY = "Why is the sky blue?"


@pytest.fixture
def answered(project, run, monkeypatch) -> Project:
    """Three answers to each prompt; to the sky's there is an imported one, too."""
    script(monkeypatch, lambda request: f"Answer {request.sample}.")
    run("generate", endpoints=["strong"], samples=3)
    return project


def score(values: dict[str, float], scorer: str = "quality@1") -> None:
    for response in Response.objects.filter(prompt__messages__0__content=SKY, content__in=values):
        Score.objects.update_or_create(response=response, scorer=scorer, defaults={"value": values[response.content]})


def marks(scorer: str = "best-of@1") -> dict[str, tuple[float, int, int]]:
    """By text: value, place, and of how many."""
    scores = Score.objects.filter(scorer=scorer).select_related("response")
    return {each.response.content: (each.value, each.parts["place"], each.parts["of"]) for each in scores}


def test_the_highest_score_is_the_best_and_the_others_say_where_they_stand(answered, run):
    score({"Answer 1.": 0.2, "Answer 2.": 0.9, "Answer 3.": 0.5})
    run("best_of", scorer="quality@1")
    assert marks() == {"Answer 2.": (1, 1, 3), "Answer 3.": (0, 2, 3), "Answer 1.": (0, 3, 3)}
    best = Score.objects.get(scorer="best-of@1", value=1)
    assert best.parts == {"by": "quality@1", "score": 0.9, "place": 1, "of": 3}


def test_a_later_run_begins_anew_with_the_same_version(answered, run):
    score({"Answer 1.": 0.2, "Answer 2.": 0.9, "Answer 3.": 0.5})
    run("best_of", scorer="quality@1")
    score({"Answer 1.": 1.2})
    Response.objects.filter(content="Answer 2.").update(withdrawn="2026-01-01T00:00Z")
    run("best_of", scorer="quality@1")
    assert marks() == {"Answer 1.": (1, 1, 2), "Answer 3.": (0, 2, 2)}
    assert Scorer.objects.get().version == 1


def test_another_scorer_is_another_version(answered, run):
    score({"Answer 1.": 0.2, "Answer 2.": 0.9})
    score({"Answer 1.": 0.9, "Answer 2.": 0.2}, "length@1")
    run("best_of", scorer="quality@1")
    run("best_of", scorer="length@1")
    assert marks("best-of@1")["Answer 2."][0] == marks("best-of@2")["Answer 1."][0] == 1


def test_what_was_cut_off_and_what_says_nothing_does_not_win(answered, run):
    score({"Answer 1.": 0.2, "Answer 2.": 0.9, "Answer 3.": 0.5})
    Response.objects.filter(content="Answer 2.").update(finish_reason="length")
    run("best_of", scorer="quality@1")
    assert marks() == {"Answer 3.": (1, 1, 2), "Answer 1.": (0, 2, 2)}
    run("best_of", scorer="quality@1", truncated=True)
    assert marks("best-of@2")["Answer 2."] == (1, 1, 3)


def test_imported_answers_compete_where_all_do(answered, run, load):
    load(answered, {"prompt": SKY, "responses": [{"id": "x", "content": "Imported.", "model": "m"}]})
    score({"Answer 1.": 0.2, "Answer 2.": 0.1, "Imported.": 3})
    run("best_of", scorer="quality@1")
    assert "Imported." not in marks()
    run("best_of", scorer="quality@1", among="all")
    assert marks("best-of@2")["Imported."] == (1, 1, 3)


def test_a_single_scored_answer_is_no_choice(answered, run):
    score({"Answer 1.": 0.2})
    run("best_of", scorer="quality@1")
    assert marks() == {}


def test_a_judges_best_is_the_one_that_beats_most(answered, run, load):
    line = {
        "prompt": SKY,
        "responses": [{"id": f"{n}", "content": f"Answer {n}.", "model": "tiny@1"} for n in (1, 2, 3)],
        "judgments": [
            {"judge": "j", "kind": "ai", "responses": ["1", "2"], "preference": -1},
            {"judge": "j", "kind": "ai", "responses": ["2", "3"], "preference": 1},
            {"judge": "j", "kind": "ai", "responses": ["1", "3"], "preference": 0},
            {"judge": "other", "kind": "ai", "responses": ["1", "2"], "preference": 3},
        ],
    }
    load(answered, line)
    run("best_of", judge="j")
    scores = {each.response.content: each.parts["score"] for each in Score.objects.filter(scorer="best-of@1")}
    assert scores == {"Answer 2.": 1.0, "Answer 1.": 0.25, "Answer 3.": 0.25}
    assert marks()["Answer 2."] == (1, 1, 3)


def test_withdrawn_comparisons_do_not_count(answered, run, load):
    load(
        answered,
        {
            "prompt": SKY,
            "responses": [{"id": f"{n}", "content": f"Answer {n}.", "model": "tiny@1"} for n in (1, 2)],
            "judgments": [{"judge": "j", "kind": "ai", "responses": ["1", "2"], "preference": -1}],
        },
    )
    answered.comparisons.update(withdrawn="2026-01-01T00:00Z")
    run("best_of", judge="j")
    assert marks() == {}


@pytest.mark.parametrize("config", [{}, {"scorer": "a", "judge": "b"}])
def test_one_of_scorer_and_judge_is_named(answered, run, config):
    with pytest.raises(PrefereeError, match="name a scorer or a judge, and not both"):
        run("best_of", **config)


def test_who_does_not_exist_is_a_sentence(answered, run):
    with pytest.raises(PrefereeError, match="has a score by “none”"):
        run("best_of", scorer="none")
    JudgeFactory(project=answered, kind="human", name="ann")
    with pytest.raises(PrefereeError, match="There is no judge “ann” in p"):
        run("best_of", judge="ann")

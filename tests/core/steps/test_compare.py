"""The recipe `compare` in a project: what is planned is what is made, and made once."""

from collections import Counter
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from core.comparing import planning
from core.comparing.estimating import About
from core.comparing.wanting import CompareConfig
from core.errors import PrefereeError
from core.ids import comparison_key
from core.models import Candidate, Comparison, Failure, Project, Prompt, Response, RunState
from core.projects import create_project
from core.runs.actions import run_here
from core.runs.starting import start_run
from core.signals import comparisons_added
from core.steps.compare import Compare
from tests.factories import JudgeFactory, JudgmentFactory

pytestmark = pytest.mark.django_db


def line(number: int, *texts: str, **fields: Any) -> dict[str, Any]:
    responses = [{"id": f"r{at}", "content": text, "model": f"m{at % 3}"} for at, text in enumerate(texts)]
    return {"prompt": f"Number {number}?", "responses": responses, **fields}


@pytest.fixture(autouse=True)
def nothing_kept():
    cache.clear()


@pytest.fixture
def project(load) -> Project:
    """Prompts of 4, 3 (two of one text), 1 and 0 responses: 6 + 2 pairs."""
    project = create_project("p", overlap=2)
    load(project, line(1, "a", "b", "c", "d"), line(2, "a", "a", "b"), line(3, "a"), line(4))
    return project


def compare(project: Project, **settings: Any) -> int:
    """How many comparisons a run adds; a prompt that cannot be compared is an error."""
    before = project.comparisons.count()
    run = run_here(start_run(project, "compare", settings))
    for failure in Failure.objects.filter(stage__run=run):
        raise PrefereeError(failure.error)
    assert run.state == RunState.DONE
    return project.comparisons.count() - before


def plan(project: Project, **settings: Any) -> dict[str, float]:
    return Compare().plan(project, CompareConfig(**settings))


def slots(project: Project) -> dict[tuple[bytes, bytes], list[str]]:
    """By the keys of prompt and comparison: the texts in slot order."""
    rows = Candidate.objects.filter(comparison__project=project).order_by("comparison", "slot")
    found: dict[tuple[bytes, bytes], list[str]] = {}
    for row in rows.select_related("comparison__prompt", "response"):
        key = bytes(row.comparison.prompt.key), bytes(row.comparison.key)
        found.setdefault(key, []).append(row.response.content)
    return found


@pytest.mark.parametrize(
    ("settings", "count"),
    [
        ({}, 8),
        ({"policy": "random_pairs", "pairs": 3}, 5),
        ({"policy": "random_pairs"}, 2),
        # m0 wrote a and d, m1 b, m2 c: 3 pairs; of the second prompt m0 and m1 wrote the same, so 2.
        ({"policy": "model_pairs"}, 5),
        ({"policy": "list"}, 2),
    ],
)
def test_what_the_plan_counts_is_what_is_made(project, settings, count):
    planned = plan(project, **settings)
    assert not Comparison.objects.exists()
    assert compare(project, **settings) == planned["comparisons"] == Comparison.objects.count() == count


@pytest.mark.parametrize("settings", [{}, {"policy": "random_pairs", "pairs": 3}, {"policy": "list"}])
def test_the_second_time_makes_nothing(project, settings):
    made = compare(project, **settings)
    assert compare(project, **settings) == 0
    assert plan(project, **settings)["already there"] == made
    assert Comparison.objects.count() == made


def test_the_plan_says_what_it_would_cost(project):
    assert plan(project) == {
        "comparisons": 8,
        "already there": 0,
        "judge calls": 16,
        "people's judgments": 16,
        "person-hours": 0.2,
    }
    assert plan(project, policy="list", votes=5)["judge calls"] == 3, "a pair in both orders and a list once"
    assert plan(project, votes=0)["people's judgments"] == 0


def test_hours_are_by_the_median_of_what_people_took(project):
    compare(project, policy="list", votes=1)
    comparison = Comparison.objects.filter(k=2).get()
    for name, active, wall in [("a", 3_600_000, None), ("b", None, 7_200_000), ("c", 7_200_000, 1), ("d", 9e6, None)]:
        judge = JudgeFactory(project=project, kind="human", name=name)
        JudgmentFactory(comparison=comparison, judge=judge, active_ms=active, wall_ms=wall)
    JudgmentFactory(comparison=comparison, active_ms=1)
    assert plan(project, votes=3)["person-hours"] == 7 * 3 * 2.0


def test_candidates_stand_in_canonical_slots_and_make_the_key(project):
    compare(project)
    for comparison in Comparison.objects.all():
        responses = [row.response for row in comparison.candidates.order_by("slot").select_related("response")]
        assert [row.slot for row in comparison.candidates.order_by("slot")] == list(range(comparison.k))
        assert responses == sorted(responses, key=lambda each: (bytes(each.content_key), each.author_kind, each.author))
        assert bytes(comparison.key) == comparison_key(bytes(each.key) for each in responses)
    assert set(Comparison.objects.values_list("votes_wanted", flat=True)) == {2}


def test_a_comparison_that_a_file_made_is_not_made_again(project, load):
    judged = {"judge": "ann", "kind": "human", "responses": ["r1", "r0"], "preference": 1}
    load(project, line(1, "a", "b", judgments=[judged]))
    assert compare(project) == 7


def test_equal_texts_are_never_compared(load):
    project = create_project("same")
    load(project, *(line(number, "a", "a", "a") for number in range(3)))
    for policy in ("all_pairs", "random_pairs", "model_pairs", "list"):
        assert compare(project, policy=policy, pairs=10) == 0


def test_the_same_seed_makes_the_same_pairs_and_another_seed_others(load):
    made = []
    for slug, seed in [("one", 7), ("two", 7), ("three", 8)]:
        project = create_project(slug)
        load(project, *(line(number, *"abcdef") for number in range(10)))
        compare(project, policy="random_pairs", pairs=2, seed=seed)
        made.append(slots(project))
    assert made[0] == made[1]
    assert made[0] != made[2]


def test_prompts_do_not_all_draw_the_same_pairs(load):
    project = create_project("many")
    load(project, *(line(number, *"abcdef") for number in range(30)))
    compare(project, policy="random_pairs")
    drawn = Counter("".join(sorted(texts)) for texts in slots(project).values())
    assert len(drawn) > 5
    assert max(drawn.values()) < 12


@pytest.mark.parametrize("policy", ["random_pairs", "model_pairs"])
def test_adding_prompts_does_not_change_the_pairs_of_others(load, policy):
    few, many = create_project("few"), create_project("many")
    load(few, *(line(number, *"abcdef") for number in range(4)))
    load(many, *(line(number, *"abcdef") for number in reversed(range(12))))
    for project in (few, many):
        compare(project, policy=policy, pairs=2)
    assert slots(few).items() < slots(many).items()


def test_batches_change_nothing(project, load, monkeypatch):
    other = create_project("other", overlap=2)
    load(other, line(1, "a", "b", "c", "d"), line(2, "a", "a", "b"), line(3, "a"), line(4))
    compare(project)
    monkeypatch.setattr(Compare, "shard_size", 1)
    monkeypatch.setattr(planning, "CHUNK", 1)
    assert plan(other)["comparisons"] == compare(other) == 8
    assert slots(other) == slots(project)


def test_progress_is_told_in_prompts_and_ends_at_all_of_them(project, monkeypatch):
    monkeypatch.setattr(Compare, "shard_size", 2)
    run = start_run(project, "compare", {})
    told = []
    run_here(run, lambda: told.append(run.stages.values_list("done", "total").get()))
    assert told == sorted(told)
    assert (told[0], told[-1]) == ((0, 4), (4, 4))


def test_one_prompt_that_cannot_be_compared_fails_alone(project, load):
    load(project, line(5, *(f"text {number}" for number in range(65))))
    with pytest.raises(PrefereeError, match="65 different responses"):
        compare(project, policy="list")
    assert Comparison.objects.filter(project=project).count() == 2


def test_a_list_longer_than_a_comparison_may_be_is_refused_with_the_remedy(load):
    project = create_project("long")
    load(project, line(1, *(f"text {number}" for number in range(65))))
    with pytest.raises(PrefereeError, match=r"65 different responses and a list holds 64\. Compare pairs instead"):
        compare(project, policy="list")
    copies = create_project("copies")
    load(copies, line(1, *(f"text {number // 2}" for number in range(100))))
    assert compare(copies, policy="list") == 1
    assert Comparison.objects.get(project=copies).k == 50


def test_the_rooms_hear_of_every_new_comparison_once(project):
    heard: Counter[int] = Counter()

    def listen(sender, *, project, comparison_ids, **_):
        heard.update(comparison_ids)

    comparisons_added.connect(listen)
    try:
        compare(project)
        compare(project)
    finally:
        comparisons_added.disconnect(listen)
    assert heard == Counter(Comparison.objects.values_list("id", flat=True))


def test_a_project_without_responses_makes_nothing(load):
    empty = create_project("empty")
    assert (compare(empty), plan(empty)["comparisons"]) == (0, 0)


@pytest.mark.parametrize("gone", ["withdrawn", "erased"])
def test_what_is_withdrawn_or_erased_takes_no_part(project, gone):
    """A response of the first prompt (3 pairs of 6 are left), and the second prompt as a whole."""
    first = Prompt.objects.get(project=project, messages__0__content="Number 1?")
    Response.objects.filter(prompt=first, content="a").update(**{gone: timezone.now()})
    Prompt.objects.filter(project=project, messages__0__content="Number 2?").update(**{gone: timezone.now()})
    assert plan(project)["comparisons"] == 3
    assert compare(project) == 3


def test_a_response_that_is_withdrawn_after_the_snapshot_is_left_out(project):
    run = start_run(project, "compare", {})
    Response.objects.filter(project=project, content="a").update(withdrawn=timezone.now())
    run_here(run)
    assert {text for texts in slots(project).values() for text in texts} == {"b", "c", "d"}


@pytest.mark.parametrize("settings", [{}, {"policy": "random_pairs", "pairs": 2}, {"policy": "model_pairs"}])
def test_a_large_project_is_planned_from_a_sample_with_an_interval(load, monkeypatch, settings):
    project = create_project("large", overlap=2)
    load(project, *(line(number, *"abcdefg"[: 2 + number % 5]) for number in range(400)))
    exact = plan(project, **settings)
    monkeypatch.setattr(planning, "EXACT_UP_TO", 300)
    monkeypatch.setattr(planning, "SAMPLE", 200)
    about = plan(project, **settings)
    for name, number in about.items():
        if exact[name]:
            assert isinstance(number, About)
            assert number.low < number < number.high
            assert number.low <= exact[name] <= number.high, name
    assert plan(project, **settings) == about, "the same sample each time"


def test_prompts_of_very_many_responses_are_sampled_too(load, monkeypatch):
    project = create_project("wide")
    load(project, *(line(number, *"abcdefgh") for number in range(20)))
    monkeypatch.setattr(planning, "CHUNK", 5)
    monkeypatch.setattr(planning, "MOST_WORK", 50)
    assert f"{plan(project)['comparisons']:,}" == "about 560 (560 to 560)"


def test_a_sample_sees_what_is_there_already(load, monkeypatch):
    project = create_project("half")
    load(project, *(line(number, *"abc") for number in range(100)))
    compare(project, policy="random_pairs")
    monkeypatch.setattr(planning, "EXACT_UP_TO", 50)
    monkeypatch.setattr(planning, "SAMPLE", 50)
    about = plan(project)
    assert (round(about["comparisons"]), round(about["already there"])) == (200, 100)


@pytest.fixture
def scored(load) -> Project:
    """Two prompts of four responses with scores by length@1, and one without."""
    project = create_project("scored")
    for number in (1, 2):
        scores = [{"scorer": "length@1", "response": f"r{at}", "value": float(at)} for at in range(4)]
        load(project, line(number, *"abcd", scores=scores))
    load(project, line(3, *"abcd"))
    return project


def test_by_a_score_the_best_meets_the_worst(scored):
    assert plan(scored, policy="best_worst", scorer="length@1")["comparisons"] == 2
    assert compare(scored, policy="best_worst", scorer="length@1") == 2
    assert {frozenset(texts) for texts in slots(scored).values()} == {frozenset("ad")}


def test_by_a_score_the_best_meets_a_random_other_that_the_seed_decides(scored):
    assert compare(scored, policy="best_random", scorer="length@1", seed=5) == 2
    assert all("d" in texts for texts in slots(scored).values())
    assert compare(scored, policy="best_random", scorer="length@1", seed=5) == 0


def test_a_policy_by_scores_names_a_scorer_that_there_is(scored):
    with pytest.raises(PrefereeError, match="name the scorer"):
        compare(scored, policy="best_worst")
    with pytest.raises(PrefereeError, match=r"No response in scored has a score by “nothing”\. Scorers here: length@1"):
        plan(scored, policy="best_worst", scorer="nothing")
    run = start_run(scored, "compare", {"policy": "best_worst", "scorer": "nothing"})
    assert "Scorers here: length@1" in run.error

import re

import pytest

from core.models import AuditEvent, Comparison, Judgment, Run, Stage
from core.projects import create_project
from core.runs.actions import cancel
from core.steps import compare as step

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(load):
    project = create_project("p")
    responses = [{"id": text, "content": f"The answer is {text}."} for text in "abcd"]
    load(
        project,
        *({"prompt": f"Number {number}?", "responses": responses, "reference": "It is a."} for number in range(3)),
    )
    return project


def numbers(out: str) -> dict[str, float]:
    return {name.strip(): float(value.replace(",", "")) for name, value in re.findall(r"^(.*?)  ([\d.,]+)$", out, re.M)}


def test_a_plan_says_what_would_be_done_and_writes_nothing(manage, project):
    events = AuditEvent.objects.count()
    ended = manage(
        "run_recipe", "compare", "--project", "p", "--plan", "--set", "policy=random_pairs", "--set", "pairs=2"
    )
    assert (ended.code, numbers(ended.out)["comparisons"], numbers(ended.out)["judge calls"]) == (0, 6, 12)
    assert not Run.objects.exists()
    assert not Comparison.objects.exists()
    assert AuditEvent.objects.count() == events


def test_a_run_prints_its_result_and_is_a_row(manage, project):
    planned = manage("run_recipe", "compare", "--project", "p", "--plan")
    ended = manage("run_recipe", "compare", "--project", "p")
    assert (ended.code, numbers(ended.out)) == (0, {"total": 3, "done": 3, "failed": 0})
    assert Comparison.objects.count() == numbers(planned.out)["comparisons"] == 18
    run = Run.objects.get()
    assert (run.recipe.name, run.state, run.stages.get().done, run.code_version != "") == ("compare", "done", 3, True)


def test_settings_may_name_the_stage_and_are_read_as_json_where_they_are_json(manage, project):
    values = ["--set", "compare.policy=random_pairs", "--set", "pairs=2", "--set", "votes=null"]
    assert manage("run_recipe", "compare", "--project", "p", *values).code == 0
    assert Stage.objects.get().config == {"policy": "random_pairs", "pairs": 2, "seed": 0, "scorer": "", "votes": None}


def test_a_run_that_fails_ends_with_its_sentence_and_code_1(manage, load):
    load(create_project("bare"), {"prompt": "Which?"})
    ended = manage("run_recipe", "reference", "--project", "bare")
    assert ended.code == 1
    assert ended.err == Run.objects.get().error
    assert ended.err.startswith(
        "reference: No comparison in bare has a prompt with a reference answer. Import prompts with"
    )
    assert Run.objects.get().state == "failed"


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["compare", "--project", "nowhere"], "There is no project “nowhere”. Import something into it first"),
        (
            ["compere", "--project", "p"],
            "There is no recipe “compere”. The recipes are aggregate, best_of, card, compare, density, export",
        ),
        (["compare", "--project", "p", "--set", "pairs=0"], "compare: pairs: Input should be greater than"),
        (["compare", "--project", "p", "--set", "pairs"], "“pairs” is not STAGE.KEY=VALUE, for example compare.policy"),
        (["compare", "--project", "p", "--plan", "--set", "x=1"], "compare: x: Extra inputs are not permitted"),
    ],
)
def test_what_cannot_be_run_gets_a_sentence_and_leaves_no_row(manage, project, args, sentence):
    ended = manage("run_recipe", *args)
    assert ended.code != 0
    assert sentence in ended.err
    assert not Run.objects.exists()


def test_the_next_run_does_what_an_interrupted_one_left(manage, project, monkeypatch):
    monkeypatch.setattr(step.Compare, "shard_size", 1)
    original, calls = step._create, []

    def dies(*args):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return original(*args)

    monkeypatch.setattr(step, "_create", dies)
    with pytest.raises(KeyboardInterrupt):
        manage("run_recipe", "compare", "--project", "p")
    assert Comparison.objects.count() == 6
    assert manage("run_recipe", "compare", "--project", "p").code == 0
    assert Comparison.objects.count() == 18


def test_a_run_that_somebody_cancels_ends_with_a_sentence_and_code_1(manage, project, monkeypatch):
    monkeypatch.setattr(step, "_create", lambda *args: cancel(Run.objects.get()))
    ended = manage("run_recipe", "compare", "--project", "p")
    assert (ended.code, ended.err) == (1, "The run was cancelled.")


def test_the_whole_loop_on_the_command_line(manage, project):
    manage("run_recipe", "compare", "--project", "p")
    assert numbers(manage("run_recipe", "reference", "--project", "p", "--plan").out) == {
        "comparisons to judge": 18,
        "judged already": 0,
        "without a reference": 0,
    }
    assert numbers(manage("run_recipe", "reference", "--project", "p").out)["done"] == 18
    assert Judgment.objects.count() == 18
    assert numbers(manage("run_recipe", "reference", "--project", "p").out)["done"] == 0


FILE = (
    "recipe: mine\nsummary: Mine.\nstages:\n  - uses: compare\n    with: {policy: random_pairs}\n  - uses: aggregate\n"
)


def test_a_file_is_run_kept_and_run_again_by_its_name(manage, project, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(FILE)
    planned = manage("run_recipe", str(path), "--project", "p", "--plan", "--set", "compare.pairs=2")
    assert "1. compare\n" in planned.out
    assert numbers(planned.out)["comparisons"] == 6
    assert "2. aggregate\n" in planned.out
    assert manage("run_recipe", str(path), "--project", "p", "--set", "compare.pairs=2").code == 0
    path.unlink()
    assert manage("run_recipe", "mine", "--project", "p", "--set", "compare.policy=all_pairs").code == 0
    assert Comparison.objects.count() == 18
    runs = Run.objects.order_by("pk")
    assert [(str(run.recipe), run.settings) for run in runs] == [
        ("mine 1", {"compare.pairs": 2}),
        ("mine 1", {"compare.policy": "all_pairs"}),
    ]


def test_only_what_is_new_is_done(manage, project, load):
    arguments = ["run_recipe", "compare", "--project", "p", "--new"]
    assert numbers(manage(*arguments).out)["total"] == 3
    load(project, {"prompt": "New?", "responses": [{"id": text, "content": text} for text in "ab"]})
    assert numbers(manage(*arguments).out)["total"] == 1
    assert numbers(manage(*arguments).out)["total"] == 0


def test_steps_are_listed_with_their_settings(manage, db):
    out = manage("run_recipe", "--steps").out
    assert "compare: Make comparisons from the responses of each prompt." in out
    assert re.search(r"pairs +How many pairs a prompt `random_pairs` draws\. Default: 1$", out, re.M)


@pytest.mark.parametrize(
    ("args", "code", "sentence"),
    [
        (["run_recipe"], 2, "Name a recipe and a project: run_recipe NAME --project SLUG."),
        (
            ["run_recipe", "nowhere.yaml", "--project", "p"],
            1,
            "nowhere.yaml cannot be read: No such file or directory.",
        ),
        (["run_recipe", "compare", "--project", "p", "--max-cost", "0"], 1, "“0” is not an amount above zero."),
    ],
)
def test_what_was_meant_is_asked_back(manage, project, args, code, sentence):
    ended = manage(*args)
    assert (ended.code, sentence in ended.err) == (code, True)

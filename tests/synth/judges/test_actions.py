"""Judges are made of models, and a version that was used stays as it is."""

import pytest

from core.errors import Conflict, PrefereeError
from core.models import AuditEvent, Judge, JudgeKind
from synth.judges.actions import create_judge, edit_judge, is_used, new_version
from synth.judges.configuration import JudgeConfiguration
from synth.judges.registry import configuration_of, judge_named, label_of, model_judges
from synth.judges.rubrics import rubric_named, save_rubric
from synth.models import Card
from tests.factories import ComparisonFactory, JudgeFactory, JudgmentFactory, ProjectFactory, UserFactory
from tests.synth.scripted import EndpointFactory

pytestmark = pytest.mark.django_db
CRITERIA = [{"name": "short", "highest": 3, "anchors": {"1": "long", "3": "short"}}]


@pytest.fixture
def project():
    EndpointFactory(name="local")
    return ProjectFactory()


def configured(**fields) -> JudgeConfiguration:
    return JudgeConfiguration(endpoint="local", **fields)


def use(judge: Judge) -> None:
    JudgmentFactory(comparison=ComparisonFactory(project=judge.project), judge=judge)


def test_a_judge_has_a_version_a_family_and_the_versions_of_what_it_uses(project):
    person = UserFactory()
    judge = create_judge(project, " fair ", configured(method="pointwise"), by=person)
    assert (judge.name, judge.version, judge.kind, judge.family) == ("fair", "1", JudgeKind.AI, "llama")
    assert (judge.config["prompt"], judge.config["rubric"]) == ("pointwise@1", "quality@1")
    event = AuditEvent.objects.get(verb="judge.create")
    assert (event.actor, event.target, event.detail["endpoint"]) == (person, str(judge.public), "local")


def test_a_name_is_given_once(project):
    create_judge(project, "fair", configured(), by=None)
    JudgeFactory(project=project, name="imported", version="")
    for name in ("fair", "imported"):
        with pytest.raises(Conflict, match="There is a judge"):
            create_judge(project, name, configured(), by=None)
    assert create_judge(ProjectFactory(), "fair", configured(), by=None).version == "1"


@pytest.mark.parametrize("name", ["", "a@1", "x" * 101, "two\nlines"])
def test_a_name_that_does_not_do_is_refused(project, name):
    with pytest.raises(PrefereeError, match="one to 100 characters"):
        create_judge(project, name, configured(), by=None)


def test_what_does_not_exist_is_refused(project):
    for fields, sentence in (
        ({"endpoint": "far"}, "no endpoint “far”"),
        ({"endpoint": "local", "prompt": "mine@1"}, "no judge prompt mine@1"),
        ({"endpoint": "local", "rubric": "mine@1"}, "no rubric mine@1"),
        ({"endpoint": "local", "soft": "logprobs"}, "tells no log-probabilities"),
    ):
        with pytest.raises(PrefereeError, match=sentence):
            create_judge(project, "fair", JudgeConfiguration(**fields), by=None)
    assert not Judge.objects.exists()


def test_a_version_that_nobody_used_is_changed_in_place(project):
    judge = create_judge(project, "fair", configured(), by=None)
    changed = new_version(judge, configured(reasks=3), by=None)
    assert (changed.pk, changed.version, changed.config["reasks"]) == (judge.pk, "1", 3)
    assert edit_judge(judge, configured(reasks=2), by=None).config["reasks"] == 2
    assert AuditEvent.objects.filter(verb="judge.change").count() == 2


def test_a_version_that_judged_stays_and_the_next_one_begins(project):
    judge = create_judge(project, "fair", configured(), by=None)
    use(judge)
    with pytest.raises(Conflict, match=r"fair@1 has been used.*Make a new version"):
        edit_judge(judge, configured(reasks=3), by=None)
    second = new_version(judge, configured(reasks=3), by=None)
    assert (second.version, label_of(judge_named(project, "fair")), judge_named(project, "fair@1").pk) == (
        "2",
        "fair@2",
        judge.pk,
    )
    judge.refresh_from_db()
    assert judge.config["reasks"] == 1


def test_the_same_configuration_is_no_new_version(project):
    judge = create_judge(project, "fair", configured(), by=None)
    use(judge)
    assert new_version(judge, configured(prompt="pairwise@1"), by=None) == judge


def test_a_card_or_a_run_uses_a_version_too(project):
    judge = create_judge(project, "fair", configured(), by=None)
    assert not is_used(judge)
    Card.objects.create(judge=judge)
    assert is_used(judge)


def test_the_tenth_version_comes_after_the_ninth(project):
    judge = create_judge(project, "fair", configured(), by=None)
    for seed in range(1, 10):
        use(judge)
        judge = new_version(judge, configured(seed=seed), by=None)
    assert [each.version for each in model_judges(project)][:2] == ["10", "9"]
    assert label_of(judge_named(project, "fair")) == "fair@10"


def test_an_imported_judge_has_no_configuration(project):
    imported = JudgeFactory(project=project, name="GPT-4/Vanilla")
    assert imported not in model_judges(project)
    with pytest.raises(PrefereeError, match="no configuration"):
        configuration_of(imported)


def test_another_projects_judge_is_not_there(project):
    create_judge(project, "fair", configured(), by=None)
    with pytest.raises(PrefereeError, match="There are: none yet"):
        judge_named(ProjectFactory(), "fair")


def test_a_rubric_is_saved_in_versions_and_found(project):
    first = save_rubric(project, "brief", CRITERIA, by=None)
    assert save_rubric(project, "brief", CRITERIA, by=None) == first
    second = save_rubric(project, "brief", [{**CRITERIA[0], "description": "How short it is."}], by=None)
    assert (first.version, second.version) == (1, 2)
    assert rubric_named(project, "brief@2").criteria[0].description == "How short it is."
    assert rubric_named(project, "brief@1").text == "short, from 1 to 3.\n  1: long\n  3: short"
    assert rubric_named(project, "").label == "quality@1"
    judge = create_judge(project, "fair", configured(method="pointwise", rubric="brief@2"), by=None)
    assert judge.config["rubric"] == "brief@2"
    with pytest.raises(PrefereeError, match=r"no rubric brief@3.*helpsteer2@1.*brief@1"):
        rubric_named(project, "brief@3")
    with pytest.raises(PrefereeError, match="comes with Preferee"):
        save_rubric(project, "quality", CRITERIA, by=None)

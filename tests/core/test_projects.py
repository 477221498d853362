import pytest

from core import audit
from core.errors import PrefereeError
from core.judges import judge_of
from core.models import AuditEvent, JudgeKind, Membership, Project, Role
from core.projects import create_project
from tests.factories import JudgeFactory, ProjectFactory, RoundFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_new_project_can_be_used_at_once():
    owner = UserFactory()
    project = create_project("essays", owner=owner, overlap=3)
    questions = project.current_round.question_set
    assert (project.name, project.overlap, questions.version) == ("essays", 3, 1)
    assert questions.questions[0]["kind"] == "pairwise"
    assert "Much better" in questions.guidelines
    assert Membership.objects.get(project=project).role == Role.OWNER
    event = AuditEvent.objects.get(verb="project.create")
    assert (event.actor, event.project, event.target) == (owner, project, "essays")


def test_a_project_needs_no_owner():
    assert not create_project("essays").memberships.exists()


def test_projects_of_different_names_show_orders_by_different_seeds():
    assert create_project("one").seed != create_project("two").seed
    assert 0 < create_project("three").seed < 2**63


@pytest.mark.parametrize("slug", ["", "two words", "../../etc", "essais\n", "é", "a/b", "a" * 61])
def test_a_name_that_cannot_stand_in_an_address_is_refused_with_the_remedy(slug):
    with pytest.raises(PrefereeError, match=r"cannot name a project\. Use up to 60 letters"):
        create_project(slug)
    assert not Project.objects.exists()


def test_a_taken_name_is_refused_with_a_sentence():
    create_project("essays")
    with pytest.raises(PrefereeError, match="There is a project “essays” already"):
        create_project("essays")
    assert Project.objects.count() == 1


def test_the_current_round_is_the_newest_open_one():
    project = create_project("essays")
    second = RoundFactory(project=project, number=2)
    assert project.current_round == second
    project.rounds.update(closed=project.created)
    assert project.current_round is None


def test_a_person_is_one_judge_in_a_project_and_another_in_the_next():
    person, one, other = UserFactory(name="Ann"), ProjectFactory(), ProjectFactory()
    judge = judge_of(person, one)
    assert (judge.name, judge.kind, judge.person) == ("Ann", JudgeKind.HUMAN, person)
    assert judge_of(person, one) == judge
    assert judge_of(person, other) != judge


def test_two_people_of_one_name_are_two_judges_with_different_names():
    project = ProjectFactory()
    first, second = (judge_of(UserFactory(name="Ann"), project) for _ in range(2))
    assert first.name == "Ann"
    assert second.name == f"Ann ({second.person.public.hex[:8]})"


def test_a_person_is_not_the_imported_judge_of_the_same_name():
    imported = JudgeFactory(kind=JudgeKind.HUMAN, name="Ann")
    judge = judge_of(UserFactory(name="Ann"), imported.project)
    assert judge != imported
    assert judge.name != "Ann"


def test_the_audit_log_keeps_who_did_what_with_its_detail():
    project, actor = ProjectFactory(), UserFactory()
    audit.record("import", project=project, actor=actor, target="rows.jsonl", added={"prompts": 2})
    event = AuditEvent.objects.get(verb="import")
    assert (event.project, event.actor, event.detail) == (project, actor, {"added": {"prompts": 2}})

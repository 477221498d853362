"""The questions of a project on the command line, for a team that keeps them in a repository."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from annotate.composing.presets import PRESETS
from core.models import AuditEvent, Project, Role, User
from core.questions import current
from tests.factories import MembershipFactory


def run(*words: str) -> str:
    said = io.StringIO()
    call_command("questions", *words, stdout=said)
    return said.getvalue()


@pytest.fixture
def lead(project: Project) -> User:
    return MembershipFactory(project=project, role=Role.MANAGER).user


def test_what_is_shown_can_be_published_again(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "questions.yaml"
    file.write_text(run("show", "--project", "helpful"))
    assert run("publish", "--project", "helpful", str(file)) == "Nothing changed.\n"


def test_publishing_says_what_changed_and_who_did_it(project: Project, lead: User, tmp_path: Path) -> None:
    file = tmp_path / "questions.json"
    project.question_sets.update(questions=list(PRESETS["thumbs"].questions))
    file.write_text(run("show", "--project", "helpful", "--format", "json"))
    project.question_sets.update(questions=list(PRESETS["points_3"].questions))
    said = run("publish", "--project", "helpful", str(file), "--by", lead.email)
    assert "is now answered as: thumbs." in said
    assert said.endswith(f"Version {current(project).version} is in force.\n")
    assert current(project).questions == PRESETS["thumbs"].questions
    assert AuditEvent.objects.get(verb="questions.publish").actor == lead


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["publish"], "arguments are required: FILE"),
        (["publish", "/nowhere/questions.yaml"], "cannot be read: No such file"),
        (["show", "--number", "7"], "helpful has no version 7"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(project: Project, words: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(*words, "--project", "helpful")


def test_a_file_that_does_not_fit_changes_nothing(project: Project, tmp_path: Path) -> None:
    before, file = current(project).questions, tmp_path / "questions.yaml"
    for text, sentence in (("- {kind: text, id: why, text: Why}", "main question is missing"), ("[", "neither YAML")):
        file.write_text(text)
        with pytest.raises(CommandError, match=sentence):
            run("publish", "--project", "helpful", str(file))
    assert current(project).questions == before

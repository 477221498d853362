"""What stands in an address: one of each thing that a project or a person has."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.tokens import default_token_generator
from django.utils import timezone

from core.ids import key_of
from core.invitations import invite
from core.models import GoldSet, Image, Judge, Project, Removal, Role, Session, Upload, User
from core.tokens import create_token
from core.uploads.reports import rejects_file
from synth.judges.actions import create_judge
from synth.judges.configuration import JudgeConfiguration
from tests.factories import (
    ComparisonFactory,
    DatasetFactory,
    DatasetVersionFactory,
    MembershipFactory,
    RecipeFactory,
    ResponseFactory,
    RunFactory,
    ScheduleFactory,
    TagRuleFactory,
    UserFactory,
    arrived_upload,
)
from tests.synth.scripted import EndpointFactory


def things_of(project: Project, folder: Path) -> dict[str, Any]:
    (folder / "train.jsonl").write_bytes(b"{}\n")
    comparison = ComparisonFactory(project=project, votes_wanted=5)
    version = DatasetVersionFactory(dataset=DatasetFactory(project=project), folder=str(folder))
    recipe = RecipeFactory(project=project, name=f"own-{project.pk}")
    run = RunFactory(project=project, recipe=recipe, state="running")
    rule = TagRuleFactory(project=project, tag="safety")
    original = comparison.prompt.responses.earliest("pk")
    return {
        "slug": project.slug,
        "comparison": comparison.public,
        "prompt": comparison.prompt.public,
        "response": original.public,
        "edit": ResponseFactory(prompt=comparison.prompt, parent=original).public,
        "version": version.public,
        "name": "train.jsonl",
        "recipe": recipe.name,
        "run": run.public,
        "schedule": ScheduleFactory(project=project).public,
        "upload": upload_of(project).public,
        **links_into(project),
        "person": MembershipFactory(project=project).user.public,
        "group": rule.group.public,
        "judge": model_judge(project).public,
        "endpoint": EndpointFactory(kind="transformers", address="", model="nowhere").public,
        "gold_set": GoldSet.objects.create(project=project, name="main", version=1).public,
        "removal": Removal.objects.create(project=project, subject="prompt", mode="withdraw", targets=[1]).public,
        "key": image_of(project),
        "number": project.question_sets.create(version=100 + project.pk, questions=[]).version,
        "ending": "yaml",
    }


def image_of(project: Project) -> str:
    key = key_of(str(project.pk))
    Image.objects.create(project=project, key=key, content_key=key, content=b"RIFF", state="kept")
    return key.hex()


def model_judge(project: Project) -> Judge:
    endpoint = EndpointFactory(address="http://127.0.0.1:9/v1")
    configuration = JudgeConfiguration.model_validate({"endpoint": endpoint.name})
    return create_judge(project, "strict", configuration, by=None)


def upload_of(project: Project) -> Upload:
    """A file that has arrived, beside refused lines of an import before."""
    upload = arrived_upload(b'{"prompt": "Why?"}\n', project=project, report={"lines": 1, "refused": 1})
    path = rejects_file(upload)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"line": 1, "reason": "It does not fit.", "raw": "{"}\n')
    return upload


def links_into(project: Project) -> dict[str, Any]:
    """An invitation by somebody who may invite, and a link for a new password of somebody who is not in the project."""
    by = UserFactory(is_staff=True)
    invited = invite(project, Role.VIEWER, expires=timezone.now() + timedelta(days=1), places=99, by=by)
    forgetful = UserFactory()
    return {
        "secret": invited.page.rpartition("/")[2],
        "invitation": invited.invitation.public,
        "account": forgetful.public,
        "token": default_token_generator.make_token(forgetful),
    }


def belongings_of(person: User) -> dict[str, Any]:
    """What only this person may end or revoke."""
    session = Session.objects.create(
        pk=f"session-{person.pk}", user=person, expire_date=timezone.now() + timedelta(days=1)
    )
    return {"session": session.public, "api_token": create_token(person, "nightly")[0].public}

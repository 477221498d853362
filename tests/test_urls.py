"""Every URL as everybody: what it answers is written down here, and a URL that is not fails."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.sites import site
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from annotate.reservations import take_next
from core.ids import key_of
from core.invitations import invite
from core.models import GoldSet, Image, Judge, Project, Removal, Role, SavedFilter, Session, Upload, User
from core.tokens import create_token
from core.uploads.reports import rejects_file
from synth.judges.actions import create_judge
from synth.judges.configuration import JudgeConfiguration
from tests.factories import (
    ComparisonFactory,
    DatasetFactory,
    DatasetVersionFactory,
    MembershipFactory,
    ProjectFactory,
    RecipeFactory,
    ResponseFactory,
    RunFactory,
    ScheduleFactory,
    TagRuleFactory,
    UserFactory,
    arrived_upload,
)
from tests.synth.scripted import EndpointFactory

PRINCIPALS = ("anonymous", "outsider", "viewer", "annotator", "reviewer", "owner", "staff")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NO_SUCH = "nowhere"
Statuses = Mapping[str, int]


def for_all(status: int, **others: int) -> Statuses:
    return {principal: others.get(principal, status) for principal in PRINCIPALS}


SEE = for_all(200, anonymous=302, outsider=404)
READ = SEE | {"annotator": 403}
MANAGE = SEE | {"viewer": 403, "annotator": 403, "reviewer": 403}
# What a form does leads to another page. The run of these tests goes, and nothing of it has failed.
ACT = MANAGE | {"owner": 302, "staff": 302}
CONFLICT = MANAGE | {"owner": 409, "staff": 409}
# Who judged, in which order, and why.
NAMES = SEE | {"viewer": 403, "annotator": 403}
JUDGE = SEE | {"viewer": 403, "staff": 403}
# Of the comparison that the annotator holds; to others there is none before them.
DIFFERENCES = JUDGE | {"reviewer": 404, "owner": 404}
SAVE = READ | dict.fromkeys(("viewer", "reviewer", "owner", "staff"), 422)
# Only who saved a filter deletes it.
OWN_FILTER = {"viewer": 404, "reviewer": 404, "owner": 302, "staff": 404}
# Of those who may judge, only the annotator has reserved the comparison of these tests.
RESERVED = JUDGE | {"annotator": 302, "reviewer": 403, "owner": 403}

# Who may know names sees what judges and gold are.
NAMES = SEE | {"viewer": 403, "annotator": 403}

# What is to be removed stands in the query, which is empty here.
NO_TARGET = MANAGE | {"owner": 404, "staff": 404}


def changed(status: int) -> Statuses:
    """A form that is sent as it is here, by those who manage."""
    return MANAGE | dict.fromkeys(("owner", "staff"), status)


OWN = for_all(200, anonymous=302)
STAFF = for_all(403, anonymous=302, staff=200)


def changed_own(status: int) -> Statuses:
    """A form about one's own account, that is sent as it is here."""
    return for_all(status, anonymous=302)


@dataclass(frozen=True)
class Case:
    """What a URL answers to whom, by method; a method that is not named here is not allowed to anybody."""

    answers: Mapping[str, Statuses]
    of: tuple[str, ...] = ()
    data: Mapping[str, str] = field(default_factory=dict)


# Nobody here has reserved a comparison and may decide it.
REVIEW = MANAGE | {"reviewer": 302, "owner": 302, "staff": 302}
ANSWER = {"client_id": str(uuid4()), "main": "tie"}
RULE = {"tag": "safety", "to": "up"}
DECISION = {"client_id": str(uuid4()), "choice": "tie"}
READ_ONE = {"version": "1"}
NO_ANSWER = JUDGE | dict.fromkeys(("annotator", "reviewer", "owner"), 404)
SKIP = {"client_id": str(uuid4()), "reason": "broken"}
CASES = {
    "healthz": Case({"GET": for_all(200)}),
    "login": Case({"GET": for_all(302, anonymous=200), "POST": for_all(302, anonymous=422)}),
    "logout": Case({"POST": for_all(302)}),
    "forgot": Case({"GET": for_all(200), "POST": for_all(422)}),
    "reset": Case({"GET": for_all(200), "POST": for_all(422)}, ("account", "token")),
    "invite": Case({"GET": for_all(200), "POST": for_all(302, anonymous=422)}, ("secret",)),
    "welcome": Case({"GET": for_all(410), "POST": for_all(410)}, ("secret",)),
    "account": Case({"GET": OWN}),
    "change_identity": Case({"POST": changed_own(422)}),
    "change_password": Case({"POST": changed_own(422)}),
    "change_look": Case({"POST": changed_own(422)}),
    "end_other_sessions": Case({"POST": changed_own(302)}),
    "end_session": Case({"POST": for_all(404, anonymous=302, owner=302)}, ("session",)),
    "create_token": Case({"POST": changed_own(422)}),
    "revoke_token": Case({"POST": for_all(404, anonymous=302, owner=302)}, ("api_token",)),
    "api_me": Case({"GET": for_all(200, anonymous=401)}),
    "invitations": Case({"GET": MANAGE, "POST": changed(422)}, ("slug",)),
    "revoke_invitation": Case({"POST": changed(302)}, ("slug", "invitation")),
    "projects": Case({"GET": OWN}),
    "new_project": Case({"GET": for_all(200, anonymous=302), "POST": for_all(422, anonymous=302)}),
    "overview": Case({"GET": SEE}, ("slug",)),
    "settings": Case({"GET": MANAGE, "POST": changed(422)}, ("slug",)),
    "questions": Case({"GET": MANAGE, "POST": changed(422)}, ("slug",)),
    "questions_preview": Case({"POST": changed(422)}, ("slug",)),
    "compose_questions": Case({"POST": changed(422)}, ("slug",)),
    "questions_file": Case({"GET": MANAGE}, ("slug", "number", "ending")),
    "reading_settings": Case({"GET": MANAGE, "POST": changed(422)}, ("slug",)),
    "try_identity_words": Case({"POST": changed(422)}, ("slug",)),
    "guidelines_edit": Case({"GET": MANAGE, "POST": CONFLICT}, ("slug",)),
    "guidelines_preview": Case({"POST": MANAGE}, ("slug",)),
    "danger": Case({"GET": MANAGE}, ("slug",)),
    "archive_project": Case({"POST": changed(422)}, ("slug",)),
    "restore_project": Case({"POST": CONFLICT}, ("slug",)),
    "hand_over": Case({"POST": changed(422)}, ("slug",)),
    "delete_project": Case({"POST": changed(422)}, ("slug",)),
    "agreement": Case({"GET": READ}, ("slug",)),
    "guidelines": Case({"GET": SEE}, ("slug",)),
    "removals": Case({"GET": MANAGE}, ("slug",)),
    "removal": Case({"GET": MANAGE}, ("slug", "removal")),
    "ask_removal": Case({"GET": NO_TARGET, "POST": NO_TARGET}, ("slug",)),
    "audit": Case({"GET": MANAGE}, ("slug",)),
    "audit_csv": Case({"GET": MANAGE}, ("slug",)),
    "audit_of_all": Case({"GET": for_all(403, anonymous=302, staff=200)}),
    "audit_of_all_csv": Case({"GET": for_all(403, anonymous=302, staff=200)}),
    "download": Case({"GET": MANAGE}, ("slug", "version", "name")),
    "prompts": Case({"GET": READ}, ("slug",)),
    "ratio": Case({"GET": READ}, ("slug", "response")),
    "comparisons": Case({"GET": READ}, ("slug",)),
    "change_prompts": Case({"POST": changed(422)}, ("slug",)),
    "change_comparisons": Case({"POST": changed(422)}, ("slug",)),
    "save_filter": Case({"POST": SAVE}, ("slug",), {"table": "prompts"}),
    "delete_filter": Case({"POST": READ | OWN_FILTER}, ("slug", "saved")),
    "schedules": Case({"GET": READ}, ("slug",)),
    "new_schedule": Case({"GET": MANAGE, "POST": changed(422)}, ("slug",)),
    "schedule": Case({"GET": READ, "POST": changed(422)}, ("slug", "schedule")),
    "pause_schedule": Case({"POST": changed(302)}, ("slug", "schedule")),
    "resume_schedule": Case({"POST": changed(409)}, ("slug", "schedule")),
    "delete_schedule": Case({"GET": MANAGE, "POST": changed(422)}, ("slug", "schedule")),
    "work": Case({"GET": JUDGE}, ("slug",)),
    "submit": Case({"POST": RESERVED}, ("slug", "comparison"), ANSWER),
    "work_differences": Case({"GET": DIFFERENCES}, ("slug", "comparison")),
    "response_changes": Case({"GET": READ}, ("slug", "edit")),
    "skip": Case({"POST": RESERVED}, ("slug", "comparison"), SKIP),
    "draft": Case({"POST": RESERVED | {"annotator": 200}}, ("slug", "comparison"), ANSWER),
    "flag": Case({"POST": RESERVED}, ("slug", "comparison"), {"words": "Odd."}),
    "work_ahead": Case({"GET": JUDGE | {"annotator": 204}}, ("slug",)),
    # Nobody here has answered anything.
    "undo": Case({"POST": JUDGE | dict.fromkeys(("annotator", "reviewer", "owner"), 409)}, ("slug",)),
    "guidelines_read": Case(
        {"POST": JUDGE | dict.fromkeys(("annotator", "reviewer", "owner"), 204)}, ("slug",), READ_ONE
    ),
    "answers": Case({"GET": JUDGE}, ("slug",)),
    "answer": Case({"GET": NO_ANSWER, "POST": NO_ANSWER}, ("slug", "comparison")),
    "contest": Case({"POST": NO_ANSWER}, ("slug", "comparison")),
    "review": Case({"GET": NAMES}, ("slug",)),
    "case": Case({"GET": NAMES}, ("slug", "comparison")),
    "resolve": Case({"POST": NAMES | dict.fromkeys(("reviewer", "owner", "staff"), 404)}, ("slug", "comparison")),
    "import": Case({"GET": MANAGE, "POST": changed(422)}, ("slug",)),
    "import_sample": Case({"POST": ACT}, ("slug",)),
    "upload": Case({"GET": MANAGE, "PUT": changed(409), "POST": ACT}, ("slug", "upload")),
    "remove_upload": Case({"POST": ACT}, ("slug", "upload")),
    "refusals": Case({"GET": MANAGE}, ("slug", "upload")),
    "rejects": Case({"GET": MANAGE}, ("slug", "upload")),
    "prompt": Case({"GET": READ}, ("slug", "prompt")),
    "image": Case({"GET": SEE}, ("slug", "key")),
    "decide": Case({"POST": REVIEW}, ("slug", "comparison"), DECISION),
    "contested": Case({"GET": SEE | {"viewer": 403, "annotator": 403}}, ("slug",)),
    "new_comparisons": Case({"GET": MANAGE, "POST": MANAGE}, ("slug",), {"policy": "list"}),
    "runs": Case({"GET": READ}, ("slug",)),
    "steps": Case({"GET": READ}, ("slug",)),
    "recipes": Case({"GET": MANAGE}, ("slug",)),
    "recipe": Case({"GET": MANAGE, "POST": ACT}, ("slug", "recipe")),
    "plan": Case({"POST": MANAGE}, ("slug", "recipe")),
    "run": Case({"GET": READ}, ("slug", "run")),
    "failures": Case({"GET": READ}, ("slug", "run")),
    "throughput": Case({"GET": READ}, ("slug", "run")),
    "pause": Case({"POST": ACT}, ("slug", "run")),
    "resume": Case({"POST": CONFLICT}, ("slug", "run")),
    "cancel": Case({"POST": ACT}, ("slug", "run")),
    "retry": Case({"POST": CONFLICT}, ("slug", "run")),
    "again": Case({"POST": ACT}, ("slug", "run")),
    "team": Case({"GET": MANAGE}, ("slug",)),
    "hours": Case({"GET": MANAGE}, ("slug",)),
    "person": Case({"GET": MANAGE}, ("slug", "person")),
    "person_groups": Case({"POST": ACT}, ("slug", "person")),
    "change_role": Case({"POST": ACT}, ("slug", "person"), {"role": "viewer"}),
    "pause_person": Case({"POST": ACT}, ("slug", "person")),
    "resume_person": Case({"POST": CONFLICT}, ("slug", "person")),
    "remove_person": Case({"GET": MANAGE, "POST": changed(422)}, ("slug", "person")),
    "groups": Case({"GET": MANAGE}, ("slug",)),
    "quotas": Case({"GET": MANAGE, "POST": changed(422)}, ("slug",)),
    "remove_quota": Case({"POST": changed(404)}, ("slug",)),
    "rounds": Case({"GET": MANAGE, "POST": ACT}, ("slug",)),
    "close_round": Case({"POST": changed(422)}, ("slug",)),
    "due_round": Case({"POST": changed(422)}, ("slug",)),
    "new_group": Case({"GET": MANAGE, "POST": changed(422)}, ("slug",)),
    "group": Case({"GET": MANAGE, "POST": changed(422)}, ("slug", "group")),
    "delete_group": Case({"GET": MANAGE, "POST": changed(422)}, ("slug", "group")),
    "bind_tag": Case({"POST": changed(422)}, ("slug",)),
    "unbind_tag": Case({"POST": ACT}, ("slug",), RULE),
    "move_rule": Case({"POST": ACT}, ("slug",), RULE),
    "endpoints": Case({"GET": STAFF}),
    "new_endpoint": Case({"GET": STAFF, "POST": STAFF | {"staff": 422}}),
    "endpoint": Case({"GET": STAFF, "POST": STAFF | {"staff": 422}}, ("endpoint",)),
    "retire_endpoint": Case({"POST": STAFF | {"staff": 302}}, ("endpoint",)),
    "test_endpoint": Case({"POST": STAFF | {"staff": 302}}, ("endpoint",)),
    "gold": Case({"GET": NAMES, "POST": changed(422)}, ("slug",)),
    "starter_set": Case({"GET": MANAGE, "POST": changed(302)}, ("slug",)),
    "gold_set": Case({"GET": NAMES}, ("slug", "gold_set")),
    "add_gold": Case({"POST": changed(422)}, ("slug", "gold_set")),
    "remove_gold": Case({"POST": changed(302)}, ("slug", "gold_set")),
    "close_gold": Case({"POST": changed(422)}, ("slug", "gold_set")),
    "next_gold": Case({"POST": changed(409)}, ("slug", "gold_set")),
    "judge": Case({"GET": NAMES}, ("slug", "judge")),
    "make_card": Case({"POST": changed(422)}, ("slug", "judge")),
    "compare_judges": Case({"GET": NAMES}, ("slug",)),
    "requirements": Case({"GET": MANAGE, "POST": changed(302)}, ("slug",)),
    "judges": Case({"GET": NAMES}, ("slug",)),
    "new_judge": Case({"GET": MANAGE, "POST": changed(422)}, ("slug",)),
    "edit_judge": Case({"GET": MANAGE, "POST": changed(422)}, ("slug", "judge")),
    "judge_prompts": Case({"GET": NAMES}, ("slug",)),
    "judge_prompt": Case({"GET": MANAGE, "POST": changed(422)}, ("slug",)),
    "preview_judge_prompt": Case({"POST": NAMES}, ("slug",)),
    "try_judge_prompt": Case({"POST": changed(422)}, ("slug",)),
    "rubrics": Case({"GET": NAMES}, ("slug",)),
    "rubric": Case({"GET": MANAGE, "POST": changed(422)}, ("slug",)),
}
HEAD_IS_GET = set(CASES) - {"work", "work_ahead"}
# Of a project; what else has something in its address is one's own, or opens to whoever has the link.
OF_PROJECT = [name for name, case in CASES.items() if "slug" in case.of]


def walk(patterns: Any = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        else:
            yield f"{space}{pattern.name or pattern.pattern}", pattern


OURS = {name: pattern for name, pattern in walk() if not name.startswith("admin:")}
ADMIN = {name: pattern for name, pattern in walk() if name.startswith("admin:")}


@dataclass(frozen=True)
class World:
    project: Project
    people: dict[str, User]
    ids: dict[str, Any]
    foreign: dict[str, Any]

    def client(self, principal: str, **options: Any) -> Client:
        client = Client(**options)
        if principal in self.people:
            client.force_login(self.people[principal])
        return client


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


@pytest.fixture
def world(db: None, tmp_path: Path) -> World:
    project, other = ProjectFactory(), ProjectFactory()
    people = {role: MembershipFactory(project=project, role=role).user for role in Role.values}
    people |= {"outsider": MembershipFactory(project=other).user, "staff": UserFactory(is_staff=True)}
    ids, foreign = things_of(project, tmp_path), things_of(other, tmp_path)
    ids |= belongings_of(people["owner"])
    for things, where, whose in ((ids, project, people["owner"]), (foreign, other, people["outsider"])):
        saved = SavedFilter.objects.create(project=where, user=whose, table="prompts", name="mine", query="q=x")
        things["saved"] = saved.public
    take_next(people["annotator"], project)
    take_next(people["outsider"], other)
    return World(project, people, ids, foreign)


def status(client: Client, method: str, address: str, data: Mapping[str, str]) -> int:
    call = getattr(client, method.lower())
    response = call(address, dict(data)) if method == "POST" else call(address)
    return response.status_code


def test_every_url_is_written_down_here() -> None:
    assert OURS.keys() == CASES.keys()


def test_ids_in_urls_are_uuids_and_names() -> None:
    kinds = {type(c).__name__ for pattern in OURS.values() for c in pattern.pattern.converters.values()}
    assert kinds <= {"SlugConverter", "UUIDConverter", "StringConverter"}


@pytest.mark.parametrize("principal", PRINCIPALS)
@pytest.mark.parametrize("name", CASES)
def test_everybody_gets_what_is_theirs(world: World, name: str, principal: str) -> None:
    case = CASES[name]
    address = reverse(name, kwargs={key: world.ids[key] for key in case.of})
    for method, expected in case.answers.items():
        assert status(world.client(principal), method, address, case.data) == expected[principal], method


@pytest.mark.parametrize("principal", PRINCIPALS)
@pytest.mark.parametrize("name", CASES)
def test_wrong_methods_are_refused_to_everybody(world: World, name: str, principal: str) -> None:
    case = CASES[name]
    address = reverse(name, kwargs={key: world.ids[key] for key in case.of})
    allowed = {*case.answers, *({"HEAD"} if "GET" in case.answers and name in HEAD_IS_GET else set())}
    for method in set(METHODS) - allowed:
        assert status(world.client(principal), method, address, case.data) == 405, method


@pytest.mark.parametrize("principal", [principal for principal in PRINCIPALS if principal != "anonymous"])
@pytest.mark.parametrize("name", [name for name in OF_PROJECT if len(CASES[name].of) > 1])
def test_the_id_of_another_project_does_not_exist_in_this_one(world: World, name: str, principal: str) -> None:
    case = CASES[name]
    mixed = {key: world.foreign[key] for key in case.of} | {"slug": world.project.slug}
    for method in case.answers:
        without_the_verb = case.answers[method][principal] in (403, 404)
        answer = status(world.client(principal), method, reverse(name, kwargs=mixed), case.data)
        assert answer == 404 or (without_the_verb and answer == 403)


@pytest.mark.parametrize("principal", ["viewer", "annotator", "reviewer", "owner"])
@pytest.mark.parametrize("name", OF_PROJECT)
def test_another_project_cannot_be_told_from_none(world: World, name: str, principal: str) -> None:
    case = CASES[name]
    foreign = {key: world.foreign[key] for key in case.of}
    for method in case.answers:
        for ids in (foreign, foreign | {"slug": NO_SUCH}):
            assert status(world.client(principal), method, reverse(name, kwargs=ids), case.data) == 404


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "POST" in case.answers])
def test_no_other_site_can_send_a_form(world: World, name: str) -> None:
    case = CASES[name]
    address = reverse(name, kwargs={key: world.ids[key] for key in case.of})
    for principal in ("anonymous", "annotator", "owner"):
        client = world.client(principal, enforce_csrf_checks=True)
        assert status(client, "POST", address, case.data) == 403


@pytest.mark.parametrize("name", OF_PROJECT)
def test_a_former_member_gets_nothing(world: World, name: str) -> None:
    case = CASES[name]
    client = world.client("owner")
    world.people["owner"].memberships.all().delete()
    address = reverse(name, kwargs={key: world.ids[key] for key in case.of})
    for method in case.answers:
        assert status(client, method, address, case.data) == 404


@pytest.mark.parametrize("principal", [principal for principal in PRINCIPALS if principal != "staff"])
def test_the_admin_is_closed_to_all_but_staff(world: World, principal: str) -> None:
    for name in ADMIN:
        closed = {302, 403, 404} if name in {"admin:login", "admin:logout"} else {302, 403, 404, 405}
        for method in ("GET", "POST"):
            assert status(world.client(principal), method, _admin_address(name), {}) in closed, f"{method} {name}"


def test_staff_without_permissions_see_no_row_in_the_admin(world: World) -> None:
    tables = [f"admin:{model._meta.app_label}_{model._meta.model_name}_" for model in site._registry]
    for name in ADMIN:
        if name.startswith(tuple(tables)):
            assert status(world.client("staff"), "GET", _admin_address(name), {}) in {302, 403, 404}, name


def _admin_address(name: str) -> str:
    """The admin's own URLs take primary keys and labels; any will do for somebody who may see none."""
    candidates: list[dict[str, Any]] = [
        {},
        {"object_id": "1"},
        {"id": "1"},
        {"app_label": "core"},
        {"content_type_id": "1", "object_id": "1"},
        {"url": "nowhere"},
    ]
    for arguments in candidates:
        try:
            return reverse(name, kwargs=arguments)
        except NoReverseMatch:
            try:
                return reverse(name, args=list(arguments.values()))
            except NoReverseMatch:
                continue
    return f"/admin/{name.removeprefix('admin:').strip('^$')}"

"""Every URL as everybody: what it answers is written down here, and a URL that is not fails."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.sites import site
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from annotate.reservations import take_next
from core.models import Project, Role, SavedFilter, User
from tests.factories import (
    ComparisonFactory,
    DatasetFactory,
    DatasetVersionFactory,
    MembershipFactory,
    ProjectFactory,
    RecipeFactory,
    RunFactory,
    ScheduleFactory,
    UserFactory,
)

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
JUDGE = SEE | {"viewer": 403, "staff": 403}
SAVE = READ | dict.fromkeys(("viewer", "reviewer", "owner", "staff"), 422)
# Only who saved a filter deletes it.
OWN_FILTER = {"viewer": 404, "reviewer": 404, "owner": 302, "staff": 404}
# Of those who may judge, only the annotator has reserved the comparison of these tests.
RESERVED = JUDGE | {"annotator": 302, "reviewer": 403, "owner": 403}


def changed(status: int) -> Statuses:
    """A form that is sent as it is here, by those who manage."""
    return MANAGE | dict.fromkeys(("owner", "staff"), status)


@dataclass(frozen=True)
class Case:
    """What a URL answers to whom, by method; a method that is not named here is not allowed to anybody."""

    answers: Mapping[str, Statuses]
    of: tuple[str, ...] = ()
    data: Mapping[str, str] = field(default_factory=dict)


ANSWER = {"client_id": str(uuid4()), "choice": "tie"}
SKIP = {"client_id": str(uuid4()), "reason": "broken"}
CASES = {
    "healthz": Case({"GET": for_all(200)}),
    "login": Case({"GET": for_all(302, anonymous=200), "POST": for_all(302, anonymous=422)}),
    "logout": Case({"POST": for_all(302)}),
    "projects": Case({"GET": for_all(200, anonymous=302)}),
    "overview": Case({"GET": SEE}, ("slug",)),
    "agreement": Case({"GET": READ}, ("slug",)),
    "guidelines": Case({"GET": SEE}, ("slug",)),
    "download": Case({"GET": MANAGE}, ("slug", "version", "name")),
    "prompts": Case({"GET": READ}, ("slug",)),
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
    "skip": Case({"POST": RESERVED}, ("slug", "comparison"), SKIP),
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
}
HEAD_IS_GET = set(CASES) - {"work"}


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
    return {
        "slug": project.slug,
        "comparison": comparison.public,
        "version": version.public,
        "name": "train.jsonl",
        "recipe": recipe.name,
        "run": run.public,
        "schedule": ScheduleFactory(project=project).public,
    }


@pytest.fixture
def world(db: None, tmp_path: Path) -> World:
    project, other = ProjectFactory(), ProjectFactory()
    people = {role: MembershipFactory(project=project, role=role).user for role in Role.values}
    people |= {"outsider": MembershipFactory(project=other).user, "staff": UserFactory(is_staff=True)}
    ids, foreign = things_of(project, tmp_path), things_of(other, tmp_path)
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
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if len(case.of) > 1])
def test_the_id_of_another_project_does_not_exist_in_this_one(world: World, name: str, principal: str) -> None:
    case = CASES[name]
    mixed = {key: world.foreign[key] for key in case.of} | {"slug": world.project.slug}
    for method in case.answers:
        without_the_verb = case.answers[method][principal] in (403, 404)
        answer = status(world.client(principal), method, reverse(name, kwargs=mixed), case.data)
        assert answer == 404 or (without_the_verb and answer == 403)


@pytest.mark.parametrize("principal", ["viewer", "annotator", "reviewer", "owner"])
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.of])
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


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.of])
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
        closed = {200, 302, 404} if name in {"admin:login", "admin:logout"} else {302, 403, 404, 405}
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

"""The groups of a project, and the rules that bind tags to them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from core.errors import PrefereeError
from core.groups import LONGEST_TAG
from core.groups import bind_tag as bind
from core.groups import move_rule as move
from core.groups import unbind_tag as unbind
from core.http import UserRequest
from core.models import Group, Membership, Project, TagRule, User
from core.permissions import get_project
from core.places import MOST_COUNTED, waiting_in
from core.rules import held_by_rules, some_tags
from core.team import CAN_JUDGE
from core.views.access import signed_in
from core.views.pages import in_project

NO_GROUP = "Choose a group."
SHOWN_PEOPLE = 3


@dataclass(frozen=True, slots=True)
class Row:
    """`able` are those of its people who can judge now; `waiting` is a lower bound at MOST_COUNTED."""

    group: Group
    people: list[User]
    able: int
    tags: list[str]
    waiting: int

    @property
    def shown(self) -> list[User]:
        return self.people[:SHOWN_PEOPLE]

    @property
    def others(self) -> int:
        return len(self.people) - len(self.shown)


@require_safe
@signed_in
def groups(request: UserRequest, slug: str) -> HttpResponse:
    return _page(request, get_project(request.user, slug, "team"))


@require_POST
@signed_in
def bind_tag(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "team")
    group, tag = request.POST.get("group", ""), request.POST.get("tag", "")
    found = next((each for each in project.groups.all() if str(each.public) == group), None)
    if found is None:
        return _page(request, project, typed=tag, chosen=group, error=NO_GROUP, status=422)
    try:
        bind(found, tag, by=request.user)
    except PrefereeError as error:
        return _page(request, project, typed=tag, chosen=group, error=str(error), status=422)
    return redirect("groups", slug)


@require_POST
@signed_in
def unbind_tag(request: UserRequest, slug: str) -> HttpResponse:
    return _on_rule(request, slug, lambda rule: unbind(rule, by=request.user))


@require_POST
@signed_in
def move_rule(request: UserRequest, slug: str) -> HttpResponse:
    up = request.POST.get("to") == "up"
    return _on_rule(request, slug, lambda rule: move(rule, up, by=request.user))


def _on_rule(request: UserRequest, slug: str, verb: Callable[[TagRule], None]) -> HttpResponse:
    project = get_project(request.user, slug, "team")
    rules = TagRule.objects.filter(project=project).select_related("project", "group")
    verb(get_object_or_404(rules, tag=request.POST.get("tag", "")[:LONGEST_TAG]))
    return redirect("groups", slug)


def _page(
    request: UserRequest, project: Project, *, typed: str = "", chosen: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    held = held_by_rules(project)
    rules = project.tag_rules.select_related("group").order_by("number", "pk")
    shown: dict[str, Any] = {
        "rows": _rows(project),
        "rules": [(rule, held.get(rule.pk, 0)) for rule in rules],
        "tags": some_tags(project),
        "typed": typed,
        "chosen": chosen,
        "error": error,
        "most": MOST_COUNTED,
    }
    context = in_project(request.user, project, "team", tab="groups", **shown)
    return render(request, "core/groups.html", context, status=status)


def _rows(project: Project) -> list[Row]:
    people = Prefetch("people", User.objects.order_by("name", "email"))
    rules = Prefetch("tag_rules", TagRule.objects.order_by("number", "pk"))
    able = set(Membership.objects.filter(CAN_JUDGE, project=project).values_list("user", flat=True))
    waiting = waiting_in(project)
    return [
        Row(
            group,
            list(group.people.all()),
            sum(person.pk in able for person in group.people.all()),
            [rule.tag for rule in group.tag_rules.all()],
            waiting.get(group.pk, 0),
        )
        for group in project.groups.prefetch_related(people, rules).order_by("name")
    ]

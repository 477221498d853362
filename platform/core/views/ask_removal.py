"""Withdraw, restore or erase one thing: what that would touch, and the forms that ask for it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.errors import PrefereeError
from core.http import UserRequest
from core.judges import judge_of
from core.models import Mode, Project
from core.permissions import Verb, get_project, may
from core.removals import ask
from core.removing.preview import Target, target_of, touches
from core.views.access import signed_in
from core.views.pages import in_project

NEEDS: dict[Mode, Verb] = {Mode.WITHDRAW: "manage", Mode.RESTORE: "manage", Mode.ERASE: "own"}
LONGEST_REASON = 500
TOO_LONG = f"The reason is longer than {LONGEST_REASON} characters. Shorten it."
NOT_THIS = "Choose what to do on this page."


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def ask_removal(request: UserRequest, slug: str) -> HttpResponse:
    """An archived project can be rid of what has to go, so erasing asks for its owner and not for a manager."""
    project = get_project(request.user, slug, "audit")
    target = target_of(project, request.GET.get("subject", ""), request.GET.get("target", ""))
    ways = [way for way in target.ways if may(request.user, project, NEEDS[way])]
    if not any(may(request.user, project, verb) for verb in NEEDS.values()):
        raise PermissionDenied("Your role in this project does not include this, or it is archived.")
    if request.method != "POST":
        return _page(request, project, target, ways)
    return _asked(request, project, target, ways)


def _asked(request: UserRequest, project: Project, target: Target, ways: list[Mode]) -> HttpResponse:
    mode, reason = request.POST.get("mode", ""), request.POST.get("reason", "").replace("\0", "")
    error = _wrong(request, target, ways)
    if not error:
        try:
            removal = ask(project, target.subject, mode, [_pk(project, target)], reason, request.user)
            return redirect("removal", project.slug, removal.public)
        except PrefereeError as refused:
            error = str(refused)
    return _page(request, project, target, ways, status=422, asked=mode, error=error, reason=reason)


def _wrong(request: UserRequest, target: Target, ways: list[Mode]) -> str:
    mode, typed = request.POST.get("mode", ""), " ".join(request.POST.get("typed", "").split())
    if mode not in ways:
        return NOT_THIS
    if len(request.POST.get("reason", "")) > LONGEST_REASON:
        return TOO_LONG
    if mode == Mode.ERASE and typed != " ".join(target.typed.split()):
        return f"Write “{target.typed}” to erase this {target.noun}."
    return ""


def _pk(project: Project, target: Target) -> int:
    """A member who has not judged yet becomes a judge, so that there is somebody to remove."""
    if target.pk is None and target.person is not None:
        return judge_of(target.person, project).pk
    return int(target.pk or 0)


def _page(
    request: UserRequest, project: Project, target: Target, ways: list[Mode], *, status: int = 200, **said: Any
) -> HttpResponse:
    context = in_project(
        request.user,
        project,
        "removals",
        target=target,
        way=next((way for way in ways if way != Mode.ERASE), None),
        may_erase=Mode.ERASE in ways,
        touches=touches(project, target),
        **said,
    )
    return render(request, "core/ask_removal.html", context, status=status)

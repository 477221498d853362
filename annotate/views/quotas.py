"""The quotas of a project: how many answers at most per tag or language, and how many there are."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from annotate.models import Quota, QuotaKind
from annotate.queue import quotas as verbs
from core.errors import PrefereeError
from core.http import UserRequest
from core.models import Project
from core.permissions import get_project
from core.rules import some_tags
from core.views.access import signed_in
from core.views.pages import in_project

NO_NUMBER = "Write how many answers are the most, like 500."


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def quotas(request: UserRequest, slug: str) -> HttpResponse:
    """The page; sent, it sets a quota."""
    project = get_project(request.user, slug, "manage")
    if request.method != "POST":
        return _page(request, project)
    sent = request.POST
    try:
        most = _number(sent.get("most", ""))
        verbs.set_quota(project, sent.get("kind", ""), sent.get("value", ""), most, by=request.user)
    except PrefereeError as error:
        return _page(request, project, str(error), 422)
    return redirect("quotas", slug)


@require_POST
@signed_in
def remove_quota(request: UserRequest, slug: str) -> HttpResponse:
    project = get_project(request.user, slug, "manage")
    named = {"kind": request.POST.get("kind", ""), "value": request.POST.get("value", "").replace("\0", "")}
    verbs.remove_quota(get_object_or_404(Quota, project=project, **named), by=request.user)
    return redirect("quotas", slug)


def _number(text: str) -> int:
    plain = text.strip().replace(",", "")
    if not (plain.isascii() and plain.isdigit() and len(plain) < 12):
        raise PrefereeError(NO_NUMBER)
    return int(plain)


def _page(request: UserRequest, project: Project, error: str = "", status: int = 200) -> HttpResponse:
    sent = request.POST
    context = in_project(
        request.user,
        project,
        "team",
        rows=Quota.objects.filter(project=project).order_by("pk"),
        kinds=QuotaKind.choices,
        tags=some_tags(project),
        kind=sent.get("kind", ""),
        value=sent.get("value", ""),
        most=sent.get("most", ""),
        error=error,
    )
    return render(request, "annotate/quotas.html", context, status=status)

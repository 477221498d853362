"""Who was invited into a project, and the form that makes another link."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from core import invitations as actions
from core.errors import PrefereeError
from core.http import UserRequest
from core.invitations import Invited, invite, roles_to_give, standing_of
from core.mailing import AddressRefused, MailAway, deliver, sends_mail
from core.models import Invitation, Project
from core.permissions import get_project
from core.schedules.links import public
from core.views.access import signed_in
from core.views.invitation_form import InvitationForm
from core.views.pages import in_project

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Row:
    invitation: Invitation
    state: str
    words: str
    is_open: bool


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def invitations(request: UserRequest, slug: str) -> HttpResponse:
    """The page that made a link is the only one that shows it."""
    project = get_project(request.user, slug, "team")
    form = _form(request, project)
    if request.method != "POST":
        return _page(request, project, form)
    if not form.is_valid():
        return _page(request, project, form, 422)
    given = dict(form.cleaned_data)
    given["expires"] = timezone.now() + timedelta(days=given.pop("days"))
    try:
        invited = invite(project, **given, by=request.user)
    except PrefereeError as refused:
        return _page(request, project, form, 422, error=str(refused))
    link = request.build_absolute_uri(invited.page)
    return _page(request, project, None, made=invited.invitation, link=link, sent=_send(request, invited))


@require_POST
@signed_in
def revoke_invitation(request: UserRequest, slug: str, invitation: str) -> HttpResponse:
    project = get_project(request.user, slug, "team")
    found = get_object_or_404(Invitation, project=project, public=invitation)
    actions.revoke(found, by=request.user)
    return redirect("invitations", slug)


def _form(request: UserRequest, project: Project) -> InvitationForm:
    data = request.POST if request.method == "POST" else None
    return InvitationForm(data, roles=roles_to_give(request.user, project), groups=project.groups.order_by("name"))


def _send(request: UserRequest, invited: Invited) -> str:
    """What became of the e-mail, as a sentence; none where no address was given."""
    to, project = invited.invitation.email, invited.invitation.project
    if not to:
        return ""
    if not sends_mail():
        return f"This installation sends no e-mail, so pass the link on to {to} yourself."
    paragraphs = [
        f"{request.user} invites you to {' '.join(project.name.split())} as {invited.invitation.role}. Open this link:",
        public(invited.page),
        f"It works once, until {invited.invitation.expires:%-d %B %Y, %H:%M} UTC.",
    ]
    try:
        deliver(to, f"Invitation to {project.name}", paragraphs)
    except (AddressRefused, MailAway) as failed:
        return f"No e-mail went to {to}: {failed} Pass the link on yourself."
    return f"An e-mail with it went to {to}."


def _page(
    request: UserRequest, project: Project, form: InvitationForm | None, status: int = 200, **shown: Any
) -> HttpResponse:
    rows = _rows(project)
    context = in_project(request.user, project, "team", form=form, tab="invitations", **shown)
    context |= {"rows": rows[:SHOWN], "has_more": len(rows) > SHOWN, "shown": SHOWN}
    return render(request, "core/invitations.html", context, status=status)


def _rows(project: Project) -> list[Row]:
    """The newest first."""
    found = Invitation.objects.filter(project=project).select_related("created_by").prefetch_related("groups")
    recent = list(found.order_by("-pk")[: SHOWN + 1])
    return [Row(each, *standing) for each, standing in zip(recent, standing_of(project, recent), strict=True)]

"""End a session of one's own, or all but this one."""

from django.contrib import auth
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from core import accounts
from core.http import UserRequest
from core.models import Session
from core.sessions import live_sessions
from core.views.access import signed_in
from core.views.account_page import back


@require_POST
@signed_in
def end_session(request: UserRequest, session: str) -> HttpResponse:
    found = get_object_or_404(live_sessions(request.user), public=session)
    if found.pk == request.session.session_key:
        auth.logout(request)
        return redirect("login")
    accounts.end_sessions(Session.objects.filter(pk=found.pk), by=request.user)
    return back("sessions")


@require_POST
@signed_in
def end_other_sessions(request: UserRequest) -> HttpResponse:
    others = Session.objects.exclude(pk=request.session.session_key)
    accounts.end_sessions(others, by=request.user)
    return back("sessions")

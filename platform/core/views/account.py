"""One's own account: name and address, password, look, sessions, tokens. Each form is answered on the same page."""

from collections.abc import Callable
from typing import Any

from django.contrib import auth
from django.db import IntegrityError
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from core import accounts, tokens
from core.errors import PrefereeError
from core.http import UserRequest
from core.models import ApiToken, Session, Theme
from core.origins import address_in_words
from core.sessions import live_sessions
from core.views.access import signed_in
from core.views.account_forms import (
    NOT_YOURS,
    ChangePasswordForm,
    IdentityForm,
    LookForm,
    TokenForm,
)
from core.views.attempts import LOGINS, record_try, seconds_to_wait, wait_in_words

MOST_SESSIONS = 50
DONE = {
    "identity": "Saved.",
    "password": "Password changed. Your other sessions have ended.",
    "look": "Saved.",
    "sessions": "Ended.",
    "tokens": "Revoked.",
}


@require_safe
@signed_in
def account(request: UserRequest) -> HttpResponse:
    return _page(request, done=request.GET.get("done", ""))


@sensitive_post_parameters()
@require_POST
@signed_in
def change_identity(request: UserRequest) -> HttpResponse:
    form = IdentityForm(request.POST, user=request.user, auto_id="identity_%s")
    if form.is_valid() and form.changes_address:
        _check_password(request, form)
    if not form.is_valid():
        request.user.refresh_from_db()
        return _page(request, 422, identity=form)
    try:
        accounts.change_identity(request.user, name=form.cleaned_data["name"], email=form.cleaned_data["email"])
    except IntegrityError:
        request.user.refresh_from_db()
        form.add_error("email", "There is another account with this address. Write another.")
        return _page(request, 422, identity=form)
    return _back("identity")


@sensitive_post_parameters()
@require_POST
@signed_in
def change_password(request: UserRequest) -> HttpResponse:
    form = ChangePasswordForm(request.POST, user=request.user, auto_id="password_%s")
    if form.is_valid():
        _check_password(request, form)
    if not form.is_valid():
        return _page(request, 422, password=form)
    accounts.change_password(request.user, form.cleaned_data["password"])
    auth.login(request, request.user, backend="django.contrib.auth.backends.ModelBackend")
    return _back("password")


def _check_password(request: UserRequest, form: Any) -> None:
    """Whoever found an open browser guesses no more often than at the login page."""
    if seconds := seconds_to_wait(request, LOGINS, request.user.email):
        form.add_error("current", f"Too many wrong passwords. {wait_in_words(seconds)}")
    elif not request.user.check_password(form.cleaned_data["current"]):
        record_try(request, LOGINS, request.user.email)
        form.add_error("current", NOT_YOURS)


@require_POST
@signed_in
def change_look(request: UserRequest) -> HttpResponse:
    form = LookForm(request.POST)
    if not form.is_valid():
        return _page(request, 422, look_error="Choose one of the three.")
    accounts.change_look(request.user, **form.cleaned_data)
    return _back("look")


@require_POST
@signed_in
def end_session(request: UserRequest, session: str) -> HttpResponse:
    found = get_object_or_404(live_sessions(request.user), public=session)
    if found.pk == request.session.session_key:
        auth.logout(request)
        return redirect("login")
    accounts.end_sessions(Session.objects.filter(pk=found.pk), by=request.user)
    return _back("sessions")


@require_POST
@signed_in
def end_other_sessions(request: UserRequest) -> HttpResponse:
    others = Session.objects.exclude(pk=request.session.session_key)
    accounts.end_sessions(others, by=request.user)
    return _back("sessions")


@require_POST
@signed_in
def create_token(request: UserRequest) -> HttpResponse:
    """The page itself shows the token, once: it is written nowhere from where another page could read it."""
    form = TokenForm(request.POST, auto_id="token_%s")
    if not form.is_valid():
        return _page(request, 422, token=form)
    try:
        made, secret = tokens.create_token(request.user, form.cleaned_data["name"], expires=form.expires())
    except PrefereeError as refused:
        return _page(request, 422, token=form, token_error=str(refused))
    return _page(request, made=made, secret=secret)


@require_POST
@signed_in
def revoke_token(request: UserRequest, api_token: str) -> HttpResponse:
    found = get_object_or_404(ApiToken, user=request.user, public=api_token)
    tokens.revoke_token(found, by=request.user)
    return _back("tokens")


def _back(section: str) -> HttpResponse:
    return redirect(f"{reverse('account')}?done={section}#{section}")


def _page(request: UserRequest, status: int = 200, **shown: Any) -> HttpResponse:
    user = request.user
    forms: dict[str, Callable[[], Any]] = {
        "identity": lambda: IdentityForm(
            user=user, initial={"name": user.name, "email": user.email}, auto_id="identity_%s"
        ),
        "password": lambda: ChangePasswordForm(user=user, auto_id="password_%s"),
        "token": lambda: TokenForm(auto_id="token_%s"),
    }
    context = {name: make() for name, make in forms.items() if name not in shown} | shown
    done = shown.get("done", "")
    context |= {
        "here": "account",
        "said": {done: DONE[done]} if done in DONE else {},
        "themes": Theme.choices,
        "now": timezone.now(),
        "sessions": _sessions(request),
        "tokens": ApiToken.objects.filter(user=user, revoked=None).order_by("-created"),
    }
    return render(request, "core/account.html", context, status=status)


def _sessions(request: UserRequest) -> list[tuple[Session, str, bool]]:
    """This one first, then by when they were last used."""
    this = request.session.session_key
    found = live_sessions(request.user).order_by(F("last_used").desc())[:MOST_SESSIONS]
    rows = [(each, address_in_words(each.address), each.pk == this) for each in found]
    return sorted(rows, key=lambda row: not row[2])

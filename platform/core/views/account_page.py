"""The account page with everything on it; a form that was not accepted stands in its place."""

from collections.abc import Callable
from typing import Any

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from core.http import UserRequest
from core.models import ApiToken, Session, Theme
from core.origins import address_in_words
from core.sessions import live_sessions
from core.views.account_forms import ChangePasswordForm, IdentityForm, TokenForm

MOST_SESSIONS = 50
DONE = {
    "identity": "Saved.",
    "password": "Password changed. Your other sessions have ended.",
    "look": "Saved.",
    "sessions": "Ended.",
    "tokens": "Revoked.",
}


def back(section: str) -> HttpResponse:
    return redirect(f"{reverse('account')}?done={section}#{section}")


def account_page(request: UserRequest, status: int = 200, **shown: Any) -> HttpResponse:
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

"""One's own account: name and address, password, look. Each form is answered on the same page."""

from typing import Any

from django.db import IntegrityError
from django.http import HttpResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from core import accounts
from core.http import UserRequest
from core.views.access import let_in, signed_in
from core.views.account_forms import NOT_YOURS, ChangePasswordForm, IdentityForm, LookForm
from core.views.account_page import account_page, back
from core.views.attempts import LOGINS, record_try, seconds_to_wait, wait_in_words


@require_safe
@signed_in
def account(request: UserRequest) -> HttpResponse:
    return account_page(request, done=request.GET.get("done", ""))


@sensitive_post_parameters()
@require_POST
@signed_in
def change_identity(request: UserRequest) -> HttpResponse:
    form = IdentityForm(request.POST, user=request.user, auto_id="identity_%s")
    if form.is_valid() and form.changes_address:
        _check_password(request, form)
    if not form.is_valid():
        request.user.refresh_from_db()
        return account_page(request, 422, identity=form)
    try:
        accounts.change_identity(request.user, name=form.cleaned_data["name"], email=form.cleaned_data["email"])
    except IntegrityError:
        request.user.refresh_from_db()
        form.add_error("email", "There is another account with this address. Write another.")
        return account_page(request, 422, identity=form)
    return back("identity")


@sensitive_post_parameters()
@require_POST
@signed_in
def change_password(request: UserRequest) -> HttpResponse:
    form = ChangePasswordForm(request.POST, user=request.user, auto_id="password_%s")
    if form.is_valid():
        _check_password(request, form)
    if not form.is_valid():
        return account_page(request, 422, password=form)
    accounts.change_password(request.user, form.cleaned_data["password"])
    let_in(request, request.user)
    return back("password")


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
        return account_page(request, 422, look_error="Choose one of the three.")
    accounts.change_look(request.user, **form.cleaned_data)
    return back("look")

"""The page behind an invitation's link: sign up, log in instead, or join with the account that is logged in."""

from collections.abc import Mapping

from django.contrib import auth
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core.errors import PrefereeError
from core.invitations import (
    InvitationOver,
    UnknownInvitation,
    accept,
    check_open,
    find,
    membership_through,
    sign_up,
)
from core.models import Invitation, Role, User
from core.views.access import let_in
from core.views.account_forms import TAKEN, SignUpForm
from core.views.attempts import GUESSES, LOGINS, record_try, seconds_to_wait, wait_in_words
from core.views.discreet import discreet

TOO_MANY = "Too many links that do not exist were tried from this address."


@sensitive_post_parameters()
@never_cache
@discreet
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, secret: str) -> HttpResponse:
    if seconds := seconds_to_wait(request, GUESSES):
        return _closed(request, f"{TOO_MANY} {wait_in_words(seconds)}", 429)
    try:
        invitation = find(secret)
        if isinstance(request.user, User):
            return _joining(request, request.user, invitation, secret)
        return _signing_up(request, invitation, secret)
    except UnknownInvitation as unknown:
        record_try(request, GUESSES)
        return _closed(request, str(unknown), 404)
    except InvitationOver as over:
        return _closed(request, str(over), 410)


def _joining(request: HttpRequest, user: User, invitation: Invitation, secret: str) -> HttpResponse:
    """One button; who is a member already is shown the way."""
    if (member := membership_through(invitation, user)) is None:
        check_open(invitation)
    if request.method != "POST":
        return _page(request, invitation, member=member)
    try:
        accept(secret, user)
    except InvitationOver:
        raise
    except PrefereeError as refused:
        return _page(request, invitation, error=str(refused), status=422)
    return redirect("overview", invitation.project.slug)


def _signing_up(request: HttpRequest, invitation: Invitation, secret: str) -> HttpResponse:
    """Whoever sends the form twice, or has an account with this password, is let in by the account that there is."""
    form = SignUpForm(request.POST if request.method == "POST" else None, fixed_email=invitation.email)
    if not form.is_valid():
        check_open(invitation)
        return _page(request, invitation, form=form, status=422 if form.is_bound else 200)
    if seconds := seconds_to_wait(request, LOGINS, form.cleaned_data["email"]):
        return _page(request, invitation, form=form, error=f"Too many tries. {wait_in_words(seconds)}", status=429)
    user = _new_or_known(request, invitation, secret, form.cleaned_data)
    if user is None:
        form.add_error("email", TAKEN)
        return _page(request, invitation, form=form, status=422)
    let_in(request, user)
    return redirect("overview", invitation.project.slug)


def _new_or_known(request: HttpRequest, invitation: Invitation, secret: str, cleaned: Mapping[str, str]) -> User | None:
    """None where the address has an account that this password does not open."""
    try:
        return sign_up(secret, **cleaned)
    except IntegrityError:
        known = auth.authenticate(request, username=cleaned["email"], password=cleaned["password"])
    if not isinstance(known, User):
        record_try(request, LOGINS, cleaned["email"])
        check_open(invitation)
        return None
    accept(secret, known)
    return known


def _page(
    request: HttpRequest,
    invitation: Invitation,
    *,
    form: SignUpForm | None = None,
    member: object = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {"invitation": invitation, "role": Role(invitation.role), "form": form, "member": member, "error": error}
    return render(request, "core/invite.html", context, status=status)


def _closed(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return render(request, "core/invite_closed.html", {"sentence": sentence}, status=status)

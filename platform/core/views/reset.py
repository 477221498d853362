"""A forgotten password: ask for a link, and set a new password by it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core import resets
from core.mailing import sends_mail
from core.views.access import let_in
from core.views.account_forms import ForgotForm, NewPasswordForm
from core.views.attempts import GUESSES, RESETS, record_try, seconds_to_wait, wait_in_words
from core.views.discreet import discreet

ASKED = "If there is an account with this address, a link is on its way to it. It works once, for an hour."
TOO_MANY = "Too many links were asked for."
TOO_MANY_GUESSES = "Too many links that do not work were tried from this address."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    """The same answer, after the same work, whether or not there is such an account."""
    form = ForgotForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not sends_mail():
        return _forgot(request, form)
    if not form.is_valid():
        return _forgot(request, form, status=422)
    email = form.cleaned_data["email"]
    if seconds := seconds_to_wait(request, RESETS, email):
        return _forgot(request, form, error=f"{TOO_MANY} {wait_in_words(seconds)}", status=429)
    record_try(request, RESETS, email)
    resets.ask(email)
    return _forgot(request, form, said=ASKED)


def _forgot(
    request: HttpRequest, form: ForgotForm, *, error: str = "", said: str = "", status: int = 200
) -> HttpResponse:
    context = {"form": form, "error": error, "said": said, "sends_mail": sends_mail()}
    return render(request, "core/forgot.html", context, status=status)


@sensitive_post_parameters()
@never_cache
@discreet
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest, account: str, token: str) -> HttpResponse:
    """Whoever has the link sets the password and is logged in; every other session of the account ends."""
    if seconds := seconds_to_wait(request, GUESSES):
        return render(
            request, "core/reset.html", {"closed": f"{TOO_MANY_GUESSES} {wait_in_words(seconds)}"}, status=429
        )
    user = resets.person_of(account, token)
    if user is None:
        record_try(request, GUESSES)
        return render(request, "core/reset.html", {"closed": resets.VOID}, status=410)
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=user)
    if not form.is_valid():
        context = {"form": form, "user_email": user.email}
        return render(request, "core/reset.html", context, status=422 if form.is_bound else 200)
    changed = resets.set_password(account, token, form.cleaned_data["password"])
    if changed is None:
        return render(request, "core/reset.html", {"closed": resets.VOID}, status=410)
    let_in(request, changed)
    return redirect("projects")

"""The page that makes the first account; afterwards it is closed for good."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core import first_owner
from core.errors import PrefereeError
from core.views.access import let_in
from core.views.account_forms import SignUpForm
from core.views.attempts import GUESSES, record_try, seconds_to_wait, wait_in_words
from core.views.discreet import discreet

TOO_MANY = "Too many links that do not work were tried from this address."
WRONG = "This link is not the one that was printed last. Start `manage.py serve` again, or run `manage.py setup_link`."


@sensitive_post_parameters()
@never_cache
@discreet
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest, secret: str) -> HttpResponse:
    if not first_owner.has_nobody():
        return _closed(request, first_owner.DONE, 410)
    if seconds := seconds_to_wait(request, GUESSES):
        return _closed(request, f"{TOO_MANY} {wait_in_words(seconds)}", 429)
    if not first_owner.is_right(secret):
        record_try(request, GUESSES)
        return _closed(request, WRONG, 404)
    form = SignUpForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "core/welcome.html", {"form": form}, status=422 if form.is_bound else 200)
    try:
        user = first_owner.create_first_owner(**form.cleaned_data)
    except PrefereeError as late:
        return _closed(request, str(late), 410)
    let_in(request, user)
    return redirect("projects")


def _closed(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return render(request, "core/welcome.html", {"closed": sentence}, status=status)

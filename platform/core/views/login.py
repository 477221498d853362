"""Log in and out. A wrong e-mail address and a wrong password get the same answer in the same time."""

from django import forms
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core.first_owner import has_nobody
from core.models import User
from core.views.attempts import LOGINS, record_try, seconds_to_wait, wait_in_words
from core.views.discreet import discreet

WRONG = "This e-mail address and password do not belong together. Check both and try again."
TOO_MANY = "Too many failed logins."


class LoginForm(forms.Form):
    email = forms.EmailField(max_length=254, error_messages={"required": WRONG, "invalid": WRONG})
    password = forms.CharField(max_length=1000, strip=False, error_messages={"required": WRONG, "max_length": WRONG})


@sensitive_post_parameters()
@never_cache
@discreet
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return _entered(request)
    if request.method != "POST":
        return _page(request)
    email = request.POST.get("email", "")
    if seconds := seconds_to_wait(request, LOGINS, email):
        return _page(request, f"{TOO_MANY} {wait_in_words(seconds)}", status=429)
    user = _user_of(request)
    if user is None:
        record_try(request, LOGINS, email)
        return _page(request, WRONG, status=422)
    auth.login(request, user)
    return _entered(request)


def _entered(request: HttpRequest) -> HttpResponse:
    """A page from which somebody logged in again stays as it is, and learns who they are."""
    if _is_within(request) and request.user.is_authenticated:
        return JsonResponse({"person": str(request.user.public), "name": str(request.user)})
    return redirect(_destination(request))


def _is_within(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


def _user_of(request: HttpRequest) -> User | None:
    form = LoginForm(request.POST)
    if not form.is_valid():
        return None
    found = auth.authenticate(request, username=form.cleaned_data["email"], password=form.cleaned_data["password"])
    return found if isinstance(found, User) else None


def _page(request: HttpRequest, error: str = "", *, status: int = 200) -> HttpResponse:
    if _is_within(request):
        get_token(request)  # sets the cookie that the next try needs
        return JsonResponse({"person": None, "error": error}, status=status)
    context = {
        "error": error,
        "email": request.POST.get("email", ""),
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "has_nobody": has_nobody(),
    }
    return render(request, "core/login.html", context, status=status)


def _destination(request: HttpRequest) -> str:
    """Where the person wanted to go, if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)

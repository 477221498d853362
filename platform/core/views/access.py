"""Who is logged in. What they may do is asked of `permissions`."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib import auth
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from core.http import UserRequest
from core.models import User

BACKEND = "core.sessions.People"
P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def signed_in(view: Callable[Concatenate[UserRequest, P], HttpResponseBase]) -> Page[P]:
    """Anonymous people are sent to the login page; htmx gets a 401, so that no login page lands inside a page.

    A page says whose it is: what one person wrote is not taken from another who has logged in since.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        request.session.slug = str(kwargs.get("slug", ""))  # type: ignore[attr-defined]
        person = request.headers.get("X-Person")
        if request.user.is_authenticated and person in (None, str(request.user.public)):
            request.user = getattr(request, "_cached_user", request.user)  # not what stands for it until it is read
            return view(cast(UserRequest, request), *args, **kwargs)
        if person or request.headers.get("HX-Request"):
            return HttpResponse("Log in again to go on.", status=401, content_type="text/plain")
        return redirect_to_login(request.get_full_path())

    return guarded


def let_in(request: HttpRequest, user: User) -> None:
    """Log in somebody who has proved who they are otherwise than on the login page."""
    auth.login(request, user, backend=BACKEND)

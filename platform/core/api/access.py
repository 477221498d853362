"""Who asks: a program by its token, or somebody who is logged in. Only reading is open to tokens."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from core.errors import PrefereeError
from core.http import UserRequest
from core.models import ApiToken
from core.tokens import TokenRefused, token_of
from core.views.access import signed_in

P = ParamSpec("P")
View = Callable[Concatenate[UserRequest, P], HttpResponseBase]
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
SCHEME = "bearer"
NOBODY = "Send a token of your account page in the header “Authorization: Bearer pref_…”."
READS = ("GET", "HEAD")


def token_sent(request: HttpRequest) -> str | None:
    """The token of the header; None where a browser asks, which sends none."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == SCHEME else None


def readable_by_programs(view: View[P]) -> Guarded[P]:
    """A page of ours that a token opens as well. With a token, the cookies of the request count for nothing."""
    page = signed_in(view)

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        secret = token_sent(request)
        return page(request, *args, **kwargs) if secret is None else by_token(view, request, secret, *args, **kwargs)

    return guarded


def for_programs(view: View[P]) -> Guarded[P]:
    """An answer for programs alone: who is nobody gets 401 and a sentence, and no login page."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        secret = token_sent(request)
        if secret is not None:
            return by_token(view, request, secret, *args, **kwargs)
        if not request.user.is_authenticated:
            return refused(401, NOBODY)
        return view(cast(UserRequest, request), *args, **kwargs)

    return guarded


def by_token(
    view: View[P], request: HttpRequest, secret: str, /, *args: P.args, **kwargs: P.kwargs
) -> HttpResponseBase:
    """As the token's user, with what they may do now; mistakes come back as sentences in JSON."""
    if request.method not in READS:
        return refused(405, "A token only reads. Use GET.")
    try:
        token: ApiToken = token_of(secret)
    except TokenRefused as error:
        return refused(401, str(error))
    request.user = token.user
    try:
        return view(cast(UserRequest, request), *args, **kwargs)
    except Http404:
        return refused(404, "There is nothing here, or it belongs to a project that the token's owner is not part of.")
    except PermissionDenied as denied:
        return refused(403, str(denied) or "The token's owner may not do this here.")
    except PrefereeError as error:
        return refused(409, str(error))


def refused(status: int, sentence: str) -> JsonResponse:
    response = JsonResponse({"error": sentence}, status=status, json_dumps_params={"ensure_ascii": False})
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Preferee"'
    return response

"""What every request and answer goes through."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django_htmx.middleware import HtmxDetails

from core.errors import PrefereeError
from core.models import User

Answer = Callable[[HttpRequest], HttpResponse]

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


class UserRequest(HttpRequest):
    """A request of somebody who is logged in."""

    user: User
    htmx: HtmxDetails


class ContentSecurityPolicy:
    """Nothing runs, loads or is sent that is not ours."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response


class PrivatePages:
    """Pages of a logged-in person are kept by no cache, and a sentence of ours becomes a page."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, PrefereeError):
            return None
        return render(request, "core/error.html", {"sentence": str(exception)}, status=409)


def checked_token(request: HttpRequest) -> dict[str, str]:
    """For templates: the token that htmx sent in a header and that was found right stands in the answer's forms too.

    Django masks it anew for each answer, or its length when compressed would tell it to whoever makes a browser ask
    again and again; but nobody can make it send this header.
    """
    sent, is_new = request.headers.get("X-CSRFToken", ""), "CSRF_COOKIE_NEEDS_UPDATE" in request.META
    was_checked = request.method == "POST" and getattr(request, "csrf_processing_done", False) and not is_new
    return {"csrf_token": sent} if sent and was_checked and "csrfmiddlewaretoken" not in request.POST else {}


def part(request: Any, template: str, name: str) -> str:
    """The named part of a page where htmx asks, else the whole page."""
    return f"{template}#{name}" if request.htmx and not request.htmx.boosted else template

"""The pages for what went wrong: a title, a sentence, one thing to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

NO_MESSAGE = "You may not do this here. Ask the owner of the project for the role that may."


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 400, "This request makes no sense here", "It was damaged on its way. Go back and try again.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403, "Not with your role", str(exception) or NO_MESSAGE)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request, 404, "Nothing here", "This page does not exist, or it belongs to a project you are not part of."
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    sentence = "The form was too old, or the browser keeps no cookies for this site. Reload the page and send it again."
    response = _page(request, 403, "This form has expired", sentence)
    response.headers["X-Refused"] = "token"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without the request: whatever broke may be needed to render with it."""
    sentence = "The error was recorded for the people who run this server. Try again in a minute."
    html = render_to_string("core/error.html", {"title": "Something broke on our side", "sentence": sentence})
    return HttpResponse(html, status=500)


def _page(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    return render(request, "core/error.html", {"title": title, "sentence": sentence}, status=status)

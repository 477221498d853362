"""Pages whose address holds a secret: no other page, not even one of ours, is told that address.

With `no-referrer` a browser sends `Origin: null` with the page's own form, which is refused as if another site had sent
it. `strict-origin` names the site and nothing after it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def discreet(view: View[P]) -> View[P]:
    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "strict-origin"
        return response

    return answered

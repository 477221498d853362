"""Make a token for a program, and revoke one."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from core import tokens
from core.errors import PrefereeError
from core.http import UserRequest
from core.models import ApiToken
from core.views.access import signed_in
from core.views.account_forms import TokenForm
from core.views.account_page import account_page, back


@require_POST
@signed_in
def create_token(request: UserRequest) -> HttpResponse:
    """The page itself shows the token, once: it is written nowhere from where another page could read it."""
    form = TokenForm(request.POST, auto_id="token_%s")
    if not form.is_valid():
        return account_page(request, 422, token=form)
    try:
        made, secret = tokens.create_token(request.user, form.cleaned_data["name"], expires=form.expires())
    except PrefereeError as refused:
        return account_page(request, 422, token=form, token_error=str(refused))
    return account_page(request, made=made, secret=secret)


@require_POST
@signed_in
def revoke_token(request: UserRequest, api_token: str) -> HttpResponse:
    found = get_object_or_404(ApiToken, user=request.user, public=api_token)
    tokens.revoke_token(found, by=request.user)
    return back("tokens")

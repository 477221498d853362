"""Django's own admin as everybody: it is closed."""

from typing import Any

import pytest
from django.contrib.admin.sites import site
from django.urls import NoReverseMatch, reverse

from tests.urls.asking import status
from tests.urls.cases import ADMIN
from tests.urls.statuses import PRINCIPALS
from tests.urls.world import World


@pytest.mark.parametrize("principal", [principal for principal in PRINCIPALS if principal != "staff"])
def test_the_admin_is_closed_to_all_but_staff(world: World, principal: str) -> None:
    for name in ADMIN:
        closed = {302, 403, 404} if name in {"admin:login", "admin:logout"} else {302, 403, 404, 405}
        for method in ("GET", "POST"):
            with world.visited(principal) as client:
                assert status(client, method, _admin_address(name), {}) in closed, f"{method} {name}"


def test_staff_without_permissions_see_no_row_in_the_admin(world: World) -> None:
    tables = [f"admin:{model._meta.app_label}_{model._meta.model_name}_" for model in site._registry]
    for name in ADMIN:
        if name.startswith(tuple(tables)):
            with world.visited("staff") as client:
                assert status(client, "GET", _admin_address(name), {}) in {302, 403, 404}, name


def _admin_address(name: str) -> str:
    """The admin's own URLs take primary keys and labels; any will do for somebody who may see none."""
    candidates: list[dict[str, Any]] = [
        {},
        {"object_id": "1"},
        {"id": "1"},
        {"app_label": "core"},
        {"content_type_id": "1", "object_id": "1"},
        {"url": "nowhere"},
    ]
    for arguments in candidates:
        try:
            return reverse(name, kwargs=arguments)
        except NoReverseMatch:
            try:
                return reverse(name, args=list(arguments.values()))
            except NoReverseMatch:
                continue
    return f"/admin/{name.removeprefix('admin:').strip('^$')}"

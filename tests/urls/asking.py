"""How the tests ask a URL, and how they write down what everybody was answered."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.test import Client
from django.urls import reverse

from tests.urls.cases import CASES
from tests.urls.world import World

Answered = dict[str, dict[str, int]]


def status(client: Client, method: str, address: str, data: Mapping[str, str]) -> int:
    call = getattr(client, method.lower())
    response = call(address, dict(data)) if method == "POST" else call(address)
    return response.status_code


def address_of(name: str, ids: Mapping[str, Any]) -> str:
    return reverse(name, kwargs={key: ids[key] for key in CASES[name].of})


def answered(world: World, name: str, ids: Mapping[str, Any], by: Iterable[str], methods: Iterable[str]) -> Answered:
    """By principal and method, each principal in the world as it was made."""
    found, address, methods = {}, address_of(name, ids), sorted(methods)
    for principal in by:
        with world.visited(principal) as client:
            found[principal] = {method: status(client, method, address, CASES[name].data) for method in methods}
    return found

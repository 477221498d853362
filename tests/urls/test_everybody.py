"""Every URL as everybody: what it answers is written down, and a URL that is not fails."""

import pytest

from tests.urls.asking import address_of, answered, status
from tests.urls.cases import CASES, HEAD_IS_GET, OURS
from tests.urls.statuses import METHODS, PRINCIPALS
from tests.urls.world import World


def test_every_url_is_written_down_here() -> None:
    assert OURS.keys() == CASES.keys()


def test_ids_in_urls_are_uuids_and_names() -> None:
    kinds = {type(c).__name__ for pattern in OURS.values() for c in pattern.pattern.converters.values()}
    assert kinds <= {"SlugConverter", "UUIDConverter", "StringConverter"}


@pytest.mark.parametrize("name", CASES)
def test_everybody_gets_what_is_theirs(world: World, name: str) -> None:
    answers = CASES[name].answers
    expected = {who: {method: statuses[who] for method, statuses in answers.items()} for who in PRINCIPALS}
    assert answered(world, name, world.ids, PRINCIPALS, answers) == expected


@pytest.mark.parametrize("name", CASES)
def test_wrong_methods_are_refused_to_everybody(world: World, name: str) -> None:
    answers = CASES[name].answers
    allowed = {*answers, *({"HEAD"} if "GET" in answers and name in HEAD_IS_GET else set())}
    refused = set(METHODS) - allowed
    expected = {who: dict.fromkeys(refused, 405) for who in PRINCIPALS}
    assert answered(world, name, world.ids, PRINCIPALS, refused) == expected


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "POST" in case.answers])
def test_no_other_site_can_send_a_form(world: World, name: str) -> None:
    address = address_of(name, world.ids)
    for principal in ("anonymous", "annotator", "owner"):
        with world.visited(principal, enforce_csrf_checks=True) as client:
            assert status(client, "POST", address, CASES[name].data) == 403, principal

"""Every URL of a project as somebody who is not in it, or with something that is not of it."""

import pytest

from tests.urls.asking import address_of, answered, status
from tests.urls.cases import CASES, OF_PROJECT
from tests.urls.statuses import NO_SUCH, PRINCIPALS
from tests.urls.world import World

MEMBERS = ("viewer", "annotator", "reviewer", "owner")
KNOWN = [principal for principal in PRINCIPALS if principal != "anonymous"]


@pytest.mark.parametrize("name", [name for name in OF_PROJECT if len(CASES[name].of) > 1])
def test_the_id_of_another_project_does_not_exist_in_this_one(world: World, name: str) -> None:
    answers = CASES[name].answers
    mixed = world.foreign | {"slug": world.project.slug}
    for principal, by_method in answered(world, name, mixed, KNOWN, answers).items():
        for method, answer in by_method.items():
            without_the_verb = answers[method][principal] in (403, 404)
            assert answer == 404 or (without_the_verb and answer == 403), f"{principal} {method}"


@pytest.mark.parametrize("name", OF_PROJECT)
def test_another_project_cannot_be_told_from_none(world: World, name: str) -> None:
    answers = CASES[name].answers
    expected = {who: dict.fromkeys(answers, 404) for who in MEMBERS}
    for ids in (world.foreign, world.foreign | {"slug": NO_SUCH}):
        assert answered(world, name, ids, MEMBERS, answers) == expected, ids["slug"]


@pytest.mark.parametrize("name", OF_PROJECT)
def test_a_former_member_gets_nothing(world: World, name: str) -> None:
    with world.visited("owner") as client:
        world.people["owner"].memberships.all().delete()
        for method in CASES[name].answers:
            assert status(client, method, address_of(name, world.ids), CASES[name].data) == 404, method

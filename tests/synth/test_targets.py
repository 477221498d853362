"""A run pins what an endpoint serves when it starts, and knows it again from its configuration."""

import asyncio
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from core.errors import PrefereeError
from core.projects import create_project
from synth.backends.bodies import Served
from synth.backends.servers import revision_of
from synth.targets import pin_target, resolved, target_from, target_of
from tests.synth.openai_server import Mishap, Server, serving
from tests.synth.scripted import EndpointFactory

pytestmark = pytest.mark.django_db
LONG_AGO = 1_700_000_000  # 14 November 2023


@pytest.fixture
def server():
    with serving(Server()) as server:
        yield server


def pinned(server: Server, **fields: Any) -> Any:
    EndpointFactory(name="e", address=server.url, **{"revision": "@latest", **fields})
    return pin_target(create_project("p"), "e")


def test_latest_becomes_what_the_server_says(server):
    server.models = [{"id": "other"}, {"id": "tiny", "created": LONG_AGO, "max_model_len": 512}]
    target = pinned(server)
    assert (target.model, target.revision, target.context) == ("tiny", "2023-11-14", 512)


def test_what_is_pinned_already_is_not_asked(server):
    assert pinned(server, revision="7").revision == "7"
    assert server.headers == []


def test_without_a_name_the_only_model_is_meant(server):
    server.models = [{"id": "just-one", "root": "models/just-one-2"}]
    target = pinned(server, model="")
    assert (target.model, target.revision) == ("just-one", "models/just-one-2")


def test_a_named_revision_stays_where_only_the_model_is_open(server):
    assert pinned(server, model="", revision="v2").revision == "v2"


def test_of_several_one_must_be_named(server):
    server.models = [{"id": "a"}, {"id": "b"}]
    with pytest.raises(PrefereeError, match=r"has: a, b\. Name one"):
        pinned(server, model="")


def test_a_model_that_is_not_served_is_told_with_those_that_are(server):
    with pytest.raises(PrefereeError, match=r"serves no model “big”\. It serves: tiny"):
        pinned(server, model="big")


@pytest.mark.parametrize(
    ("mishap", "sentence"),
    [
        (Mishap(status=401), "refuses requests without a key"),
        (Mishap(status=503), "start again when it answers"),
        (Mishap(body=b"<html>"), "does not answer like an OpenAI-compatible server"),
        (Mishap(status=302, headers={"Location": "http://127.0.0.1:9/"}), "sends us elsewhere"),
    ],
)
def test_a_server_that_cannot_say_stops_the_start_with_a_sentence(server, mishap, sentence):
    server.mishaps.append(mishap)
    with pytest.raises(PrefereeError, match=sentence):
        pinned(server)


def test_an_endpoint_that_there_is_not_is_named():
    with pytest.raises(PrefereeError, match="no endpoint “none”"):
        pin_target(create_project("p"), "none")


def test_a_plain_target_is_the_target_again():
    target = target_of(EndpointFactory(price_in=Decimal("0.15"), context=512))
    assert target_from(json.loads(json.dumps(target.plain))) == target


def test_it_can_be_pinned_where_a_loop_runs_already(server):
    target = target_of(EndpointFactory(address=server.url, revision="@latest"))
    assert asyncio.run(resolved(target)).revision == "2023-11-14"


@pytest.mark.parametrize(
    ("served", "revision"),
    [
        (Served("m", root="org/m@1", created=LONG_AGO), "org/m@1"),
        (Served("m", root="m", created=LONG_AGO), "2023-11-14"),
        (Served("m", created=int(datetime(2026, 3, 1, 11, tzinfo=UTC).timestamp())), "as of 2026-03-01"),
        (Served("m"), "as of 2026-03-01"),
    ],
)
def test_a_moment_of_asking_is_no_revision(served, revision):
    assert revision_of(served, datetime(2026, 3, 1, 12, tzinfo=UTC)) == revision

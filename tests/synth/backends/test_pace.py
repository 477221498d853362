"""As many requests are in flight as the server bears, and all workers together send what it allows."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from synth.backends import allowance, pace
from synth.backends.allowance import Allowance
from synth.backends.pace import Gate, Pace, pace_of
from synth.models import Allowance as Row
from tests.synth.backends.conftest import generated, request
from tests.synth.openai_server import Mishap
from tests.synth.scripted import EndpointFactory


def test_it_grows_by_one_a_round_and_never_beyond_what_staff_allow():
    found = Pace(10, 4.0)
    for _ in range(4):
        found.went_well()
    assert found.limit == pytest.approx(5, abs=0.2)
    for _ in range(500):
        found.went_well()
    assert found.limit == 10


def test_it_halves_once_for_all_that_were_in_flight_together():
    found, sent = Pace(16, 16.0), time.monotonic()
    for _ in range(16):
        found.was_too_much(sent)
    assert found.limit == 8
    found.was_too_much(time.monotonic())
    assert found.limit == 4


def test_one_request_may_always_be_in_flight():
    found = Pace(4, 1.0)
    found.was_too_much(time.monotonic())
    assert found.limit == 1


def test_what_was_learnt_is_kept_until_staff_change_the_limit(target_at):
    target = target_at(concurrency=8)
    pace_of(target).limit = 3.0
    assert pace_of(target_at(concurrency=8)).limit == 3.0
    assert pace_of(target_at(concurrency=9)).limit == 9.0


@pytest.mark.parametrize("mishap", [Mishap(status=429), Mishap(status=500)], ids=["429", "500"])
def test_a_server_that_has_too_much_is_asked_less(server, target_at, mishap):
    server.mishaps.append(mishap)
    generated(target_at(concurrency=8), request())
    assert 4 <= pace_of(target_at(concurrency=8)).limit < 5


def test_a_request_that_is_wrong_by_itself_slows_nothing(server, target_at):
    server.mishaps.append(Mishap(status=400))
    generated(target_at(concurrency=8), request())
    assert pace_of(target_at(concurrency=8)).limit == 8


def test_fewer_are_let_in_when_the_limit_falls_and_more_when_it_grows():
    async def seen() -> list[int]:
        found = Pace(8, 8.0)
        gate, inside, most = Gate(found), 0, []

        async def one() -> None:
            nonlocal inside
            async with gate:
                inside += 1
                most.append(inside)
                await asyncio.sleep(0)
                inside -= 1

        for limit in (8.0, 2.0, 5.0):
            found.limit = limit
            await asyncio.gather(*(one() for _ in range(40)))
            most.append(-1)
        return most

    most = asyncio.run(seen())
    rounds = [[], [], []]
    at = 0
    for each in most:
        if each < 0:
            at += 1
        else:
            rounds[at].append(each)
    assert [max(each) for each in rounds] == [8, 2, 5]
    assert [len(each) for each in rounds] == [40, 40, 40]


@pytest.mark.django_db
class TestAllowance:
    @pytest.fixture
    def target(self, target_at) -> Any:
        return replace(target_at(requests_a_minute=60), pk=EndpointFactory().pk)

    def taken(self, target: Any) -> tuple[int, float]:
        return asyncio.run(Allowance(target)._take())

    def age(self, target: Any, seconds: float) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE synth_allowance SET at = at - %s * interval '1 second' WHERE endpoint_id = %s",
                [seconds, target.pk],
            )

    def test_an_endpoint_without_limits_is_never_looked_up(self, server, target_at, django_assert_num_queries):
        with django_assert_num_queries(0):
            generated(target_at(), request())

    def test_what_flows_in_can_be_taken_and_no_more(self, target):
        assert [self.taken(target)[0] for _ in range(7)] == [1, 1, 1, 1, 1, 0, 0]
        count, seconds = self.taken(target)
        assert (count, seconds) == (0, pytest.approx(1, abs=0.5))
        self.age(target, 2)
        assert [self.taken(target)[0] for _ in range(3)] == [1, 1, 0]

    def test_a_quiet_hour_is_not_made_up_for(self, target):
        self.taken(target)
        self.age(target, 3_600)
        assert sum(self.taken(target)[0] for _ in range(20)) == 5

    def test_fast_endpoints_take_a_second_at_a_time(self, target):
        assert self.taken(replace(target, requests_a_minute=6_000))[0] == 100

    def test_tokens_that_were_not_guessed_are_owed(self, target):
        target = replace(target, requests_a_minute=None, tokens_a_minute=60_000)
        mine = Allowance(target)
        mine._each = 100.0
        count, _ = asyncio.run(mine._take())
        assert count == 10
        assert Row.objects.get().tokens == pytest.approx(5_000 - 1_000, abs=100)
        mine.used(100.0, 6_100)
        count, seconds = asyncio.run(mine._take())
        assert count == 0
        assert seconds == pytest.approx(2, abs=0.5)

    def test_a_request_larger_than_the_bucket_passes_and_is_waited_for_afterwards(self, target):
        mine = Allowance(replace(target, requests_a_minute=None, tokens_a_minute=600))
        mine._each = 1_000.0
        assert asyncio.run(mine._take())[0] == 1
        count, seconds = asyncio.run(mine._take())
        assert (count, seconds) == (0, pytest.approx(95, abs=5))

    def test_what_was_taken_and_not_used_is_given_back(self, server, target):
        target = replace(target, requests_a_minute=6_000)
        generated_in_desk(target, 3)
        assert server.requests == 3
        assert Row.objects.get().requests == pytest.approx(500 - 3, abs=1.5)

    def test_requests_wait_for_their_turn(self, server, target, monkeypatch):
        monkeypatch.setattr(allowance, "SECONDS_HELD", 0.05)
        target = replace(target, requests_a_minute=1_200)
        began = time.monotonic()
        generated_in_desk(target, 12)
        assert server.requests == 12
        assert time.monotonic() - began >= 0.4  # 20 a second; a lower bound holds on any machine


@pytest.mark.django_db(transaction=True)
def test_workers_share_one_bucket(target_at):
    target = replace(target_at(requests_a_minute=600), pk=EndpointFactory().pk)

    def worker(_: int) -> int:
        try:
            return sum(asyncio.run(Allowance(target)._take())[0] for _ in range(10))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        taken = sum(threads.map(worker, range(4)))
    assert 50 <= taken <= 60


def generated_in_desk(target: Any, count: int) -> None:
    from synth.desk import desk

    async def work() -> None:
        backend = (await desk()).backend_of(target)
        answers = await backend.generate([request(f"n{at}") for at in range(count)])
        assert not [each for each in answers if isinstance(each, Exception)]

    asyncio.run(work())


def test_the_paces_of_a_process_are_by_endpoint(target_at):
    one, other = pace_of(target_at()), pace_of(replace(target_at(), pk=2))
    assert one is not other
    assert set(pace._paces) == {1, 2}

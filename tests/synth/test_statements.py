"""Statements leave a running loop at once, in their order, and are carried out whatever becomes of who sent them."""

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DataError, connection

from core.bulk import fetch
from synth.desk import desk
from synth.models import StoredReply
from synth.statements import Statements
from tests.core.runs.workers import wait_for

SLOWLY = """
INSERT INTO synth_storedreply (key, project_id, body, created)
SELECT 'key', 1, '{}', now() FROM pg_sleep(0.5) RETURNING 1
"""


def within_a_loop(work: Callable[[Statements], Any]) -> Any:
    async def run() -> Any:
        return await work((await desk()).statements)

    return asyncio.run(run())


@pytest.mark.django_db
class TestStatements:
    def test_rows_come_in_the_order_of_the_statements(self):
        async def three(statements: Statements) -> list[Any]:
            asked = [statements.queue("SELECT %s::int", lambda at=at: [at]) for at in range(3)]
            statements.go_on()
            return [await each.done for each in reversed(asked)]

        assert within_a_loop(three) == [[(2,)], [(1,)], [(0,)]]

    def test_values_are_those_of_the_moment_when_it_is_sent(self):
        async def gathered(statements: Statements) -> Any:
            rows = [1]
            first = statements.queue("SELECT pg_sleep(0.05)", list)
            second = statements.queue("SELECT %s::text", lambda: [str(rows)])
            statements.go_on()
            rows.append(2)
            await first.done
            return await second.done

        assert within_a_loop(gathered) == [("[1, 2]",)]

    def test_more_than_a_socket_takes_at_once_is_sent_too(self):
        async def long(statements: Statements) -> Any:
            statement = statements.queue("SELECT length(%s)", lambda: ["x" * 20_000_000])
            statements.go_on()
            await statement.sent
            return await statement.done

        assert within_a_loop(long) == [(20_000_000,)]

    def test_a_loop_that_ends_leaves_the_connection_to_others(self):
        async def left(statements: Statements) -> None:
            statements.queue("SELECT pg_sleep(0.1)", list)
            statements.go_on()

        within_a_loop(left)
        assert fetch("SELECT 1", []) == [(1,)]


@pytest.mark.django_db(transaction=True)
class TestWithoutATransaction:
    def test_a_mistake_is_djangos_and_the_next_statement_is_sent(self):
        async def wrong(statements: Statements) -> Any:
            statement = statements.queue("SELECT 1 / %s", lambda: [0])
            after = statements.queue("SELECT 1", list)
            statements.go_on()
            with pytest.raises(DataError):
                await statement.done
            return await after.done

        assert within_a_loop(wrong) == [(1,)]

    def test_what_was_sent_is_carried_out_though_its_sender_is_killed_first(self):
        if (child := os.fork()) == 0:
            connection.connection = None  # that of its parent
            within_a_loop(send_and_die)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        assert not StoredReply.objects.exists()
        wait_for(StoredReply.objects.exists, what="what was sent is not there")


async def send_and_die(statements: Statements) -> None:
    statement = statements.queue(SLOWLY, list)
    statements.go_on()
    await statement.sent
    os.kill(os.getpid(), signal.SIGKILL)

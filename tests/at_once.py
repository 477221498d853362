"""Works that meet in the database."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Each in a thread with a connection of its own, all let go in the same instant; what they raise is their outcome.

    But what the database gave up, like a deadlock, is nobody's outcome.
    """
    gate, outcomes = threading.Barrier(len(works)), [None] * len(works)

    def run(at: int, work: Callable[[], Any]) -> None:
        try:
            gate.wait(timeout=60)
            outcomes[at] = work()
        except Exception as error:
            outcomes[at] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors := [each for each in outcomes if isinstance(each, DatabaseError)]:
        raise ExceptionGroup("Of those at once", errors)
    return outcomes

"""Celery under libfaketime, which knows nothing of the way in which Python sleeps since 3.11 (EINVAL in 0.9.10)."""

import select
import time


def sleep(seconds: float) -> None:
    select.select([], [], [], max(0.0, seconds))


time.sleep = sleep

if __name__ == "__main__":
    from celery.__main__ import main

    main()

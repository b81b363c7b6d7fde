"""Waiting for what other processes do: always for a condition, never for a time."""

import time
from collections.abc import Callable

import httpx2

POLL_SECONDS = 0.1


def eventually[T](
    check: Callable[[], T | None],
    timeout: float = 20.0,
    what: str = "",
    every: float = POLL_SECONDS,
) -> T:
    """The first answer of `check` that is true. A failed assertion or lost connection is "not yet".

    It is asked `every` so many seconds. Raises AssertionError with the last answer after the
    timeout in seconds.
    """
    deadline = time.monotonic() + timeout
    last: object = None
    while True:
        try:
            answer = check()
            if answer:
                return answer
            last = answer
        except (AssertionError, OSError, httpx2.TransportError) as error:
            last = error
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout:g} s: {what or check}; last: {last!r}")
        time.sleep(every)

"""Both brokers, and the faults of the processes that are tortured."""

from collections.abc import Callable, Iterator

import pytest
from harness.faults import Faults
from todoku_local import Stack


@pytest.fixture
def task(faults: Callable[[str], Faults]) -> Faults:
    return faults("task")


@pytest.fixture
def recurring(faults: Callable[[str], Faults]) -> Faults:
    return faults("recurring-task")


@pytest.fixture
def notification(faults: Callable[[str], Faults]) -> Faults:
    return faults("notification")


@pytest.fixture(autouse=True)
def whole(stack: Stack) -> Iterator[None]:
    """Leave the stack as it was found: every process up that was."""
    up = [name for name in stack.processes() if stack.process(name).pid]
    yield
    for name in up:
        stack.process(name).start()
    for name in up:
        stack.process(name).wait_ready(60)

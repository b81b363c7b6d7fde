"""The real stack, once for each broker; people on it; what this machine lacks is said aloud."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness.faults import Faults, prepare
from harness.machine import chromium, free_base, java
from harness.people import Person
from todoku_local import Stack

STACKED = ("integration", "e2e", "chaos")
HERE = Path(__file__).parent
# Tests make more accounts than a person at one address may.
os.environ.setdefault("AUTH_SIGN_INS_PER_MINUTE", "10000")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    in_ci = os.environ.get("CI") == "true"
    lacking = {"kafka": java() is None, "browser": chromium() is None}
    for item in items:
        if item.path.is_relative_to(HERE) and item.path.relative_to(HERE).parts[0] in STACKED:
            item.add_marker("stack")
            item.add_marker("enable_socket")
        for marker, is_lacking in lacking.items():
            if is_lacking and not in_ci and item.get_closest_marker(marker):
                program = "Java 17 or newer" if marker == "kafka" else "Chromium"
                item.add_marker(pytest.mark.skip(f"not run: no {program} on this machine"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests marked `both_brokers` run on each, the others on the default one."""
    if "stack" not in metafunc.fixturenames:
        return
    brokers: list[object] = ["redis"]
    if metafunc.definition.get_closest_marker("both_brokers"):
        brokers.append(pytest.param("kafka", marks=pytest.mark.kafka))
    metafunc.parametrize("stack", brokers, indirect=True, scope="session")


@pytest.fixture(scope="session")
def stack(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """Everything, with the built page, on ports and a state directory of its own."""
    say = request.config.get_terminal_writer().line
    base = free_base()
    state = tmp_path_factory.mktemp(f"todoku-{request.param}")
    made = Stack(
        state,
        port_base=base,
        web_port=base + 600,
        broker=request.param,
        web="start",
        say=lambda line: say(f"  [{request.param}] {line}"),
    )
    with made:
        yield made


@pytest.fixture
def person(stack: Stack) -> Person:
    return Person.sign_up(stack)


@pytest.fixture
def other(stack: Stack) -> Person:
    return Person.sign_up(stack)


@pytest.fixture
def faults(stack: Stack, tmp_path: Path) -> Callable[[str], Faults]:
    """A process by its name, with faults put in at will."""
    return lambda name: prepare(stack, name, tmp_path / name)

"""By hand: the infrastructure of `make infra`, and beside it `dapr run -f` with the real CLI."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psutil
import pytest
import yaml
from harness.machine import free_base
from todoku_cluster import smoke
from todoku_cluster.waiting import eventually
from todoku_local import Stack, secrets
from todoku_local.launcher import base_environment
from todoku_local.places import REPOSITORY
from todoku_local.probes import healthy
from todoku_local.services import BY_ID, FRONTEND

BROKERS = ("redis", pytest.param("kafka", marks=pytest.mark.kafka))
READY_SECONDS = 60
END_SECONDS = 20


@pytest.fixture(params=BROKERS)
def infrastructure(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stack]:
    """No service; the page, as built, is the stack's: `dapr run` would start its sources."""
    base = free_base()
    made = Stack(
        tmp_path / "state",
        port_base=base,
        web_port=base + 600,
        broker=request.param,
        services=(),
        migrate=tuple(BY_ID),
        web="start",
    )
    with made:
        yield made


@contextmanager
def dapr_run(stack: Stack, console: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The file that the stack wrote for its ports, without the page."""
    whole = yaml.safe_load((stack.state.root / "dapr.yaml").read_text())
    whole["apps"] = [app for app in whole["apps"] if app["appID"] != FRONTEND]
    file = console.with_name("services.yaml")
    file.write_text(yaml.safe_dump(whole))
    environment = base_environment() | secrets.read(stack.state.env_file)
    with console.open("wb") as output:
        child = subprocess.Popen(
            [stack.state.dapr_home / "dapr", "run", "-f", file],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield child
    finally:
        if child.poll() is None:
            for each in psutil.Process(child.pid).children(recursive=True):
                each.kill()
            child.kill()
            child.wait()


def logs(app_id: str, kind: str, since: float) -> list[Path]:
    found = (REPOSITORY / ".dapr/logs").glob(f"{app_id}_{kind}_*.log")
    return [path for path in found if path.stat().st_mtime >= since and path.stat().st_size]


def test_everything_runs_and_ends_by_hand(infrastructure: Stack, tmp_path: Path) -> None:
    console, began = tmp_path / "console", time.time()
    with dapr_run(infrastructure, console) as running:
        for app_id in BY_ID:
            ready = partial(healthy, f"{infrastructure.app_url(app_id)}/readyz")
            eventually(ready, READY_SECONDS, f"{app_id}; {console.read_text()[-2000:]}")
        smoke.run(infrastructure.web_url, print, quick=True)

        said = console.read_text()
        for app_id in BY_ID:
            assert f"== APP - {app_id} ==" in said
            assert logs(app_id, "app", began)
            assert logs(app_id, "daprd", began)

        family = psutil.Process(running.pid).children(recursive=True)
        assert len(family) >= 2 * len(BY_ID)
        os.kill(running.pid, signal.SIGINT)
        running.wait(END_SECONDS)
        _, alive = psutil.wait_procs(family, END_SECONDS)
        assert alive == []

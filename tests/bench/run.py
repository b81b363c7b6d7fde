"""`make bench`: the figures, each beside its baseline or bound, all measured in this run.

Nothing is written but the tables. Takes about six minutes on two cores, most of it building the
page the first time. `bench/run.py throughput latency machine people` chooses.
"""

import asyncio
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import asyncpg
import psutil
from harness.machine import free_base, java
from rich.console import Console
from rich.table import Table
from todoku_cluster import load
from todoku_local import Stack
from todoku_local.services import BY_ID, FRONTEND

from bench import throughput
from bench.issuer import Issuer
from bench.load import Request, connect

BOUNDS = {"list 20": 0.30, "get": 0.30, "create": 0.22, "complete": 0.22}
LATENCY_BOUNDS = {"redis": 20.0, "kafka": 40.0}
MEMORY_BOUNDS = dict.fromkeys(BY_ID, 110) | {"chat-agent": 170}
START_BOUNDS = dict.fromkeys(BY_ID, 3.0)
WARM_BOUND = 30.0
EVENTS = 200
PEOPLE, SETTLED_SECONDS, WORK_SECONDS = 16, 10.0, 20.0
console = Console(highlight=False)


def say(line: str) -> None:
    console.print(f"[dim]{line}[/dim]")


def a_stack(folder: Path, **options: object) -> Stack:
    base = free_base()
    return Stack(folder, port_base=base, web_port=base + 600, say=say, **options)  # type: ignore[arg-type]


def mark(good: bool) -> str:
    return "[green]yes[/green]" if good else "[red]no[/red]"


def show_throughput(folder: Path) -> None:
    issuer = Issuer()
    with a_stack(folder, services=("task",), env=issuer.variables()) as stack:
        found = throughput.run(stack, issuer)
        running = ", ".join(stack.processes())
    issuer.close()
    title = f"answers a second, {throughput.USERS} users, {throughput.CALLERS} callers, one worker"
    table = Table("", "bare", "binding", "of bare", "wanted", "", "direct", "of bare", title=title)
    for name in throughput.OPERATIONS:
        bare, binding, direct = (found[column][name] for column in ("bare", "binding", "direct"))
        ratio, bound = binding / bare, BOUNDS[name]
        cells = [f"{bare:,.0f}", f"{binding:,.0f}", f"{ratio:.0%}", f"{bound:.0%}"]
        table.add_row(name, *cells, mark(ratio >= bound), f"{direct:,.0f}", f"{direct / bare:.0%}")
    console.print(table)
    console.print(f"running beside: {running}; the bare routes: PostgreSQL only")


async def latency(stack: Stack, issuer: Issuer) -> list[float]:
    """Milliseconds from an event's making to its effect in the notification service, sorted."""
    token = issuer.token("latency")
    connection = await connect(stack.ports.app(1))
    for number in range(EVENTS):
        body = {"title": f"Task {number}"}
        status, answer = await connection.send(Request("POST", "/api/me/tasks", token, body))
        assert status == 201, answer
        await asyncio.sleep(0.02)  # one at a time: this is latency, not load
    connection.close()
    database = await asyncpg.connect(stack.admin_dsn)
    sql = """SELECT extract(epoch FROM i.received_at - e.occurred_at)::float * 1000 AS ms
             FROM notification.inbox i JOIN task.events e ON e.id::text = i.message_id
             WHERE i.user_id = 'latency' AND i.consumer = 'task-updates' ORDER BY 1"""
    found: list[float] = []
    for _ in range(100):
        found = [row["ms"] for row in await database.fetch(sql)]
        if len(found) == EVENTS:
            break
        await asyncio.sleep(0.1)
    await database.close()
    assert len(found) == EVENTS, f"only {len(found)} arrived"
    return found


def show_latency(folder: Path) -> None:
    table = Table(
        "broker", "p50", "p95", "wanted p50", "", title="event made → effect elsewhere, ms"
    )
    for broker, bound in LATENCY_BOUNDS.items():
        if broker == "kafka" and java() is None:
            table.add_row(broker, "not run: no Java")
            continue
        issuer = Issuer()
        options = {"services": ("task", "notification"), "env": issuer.variables()}
        with a_stack(folder / broker, broker=broker, **options) as stack:
            found = asyncio.run(latency(stack, issuer))
        issuer.close()
        p50, p95 = found[len(found) // 2], found[len(found) * 95 // 100]
        table.add_row(broker, f"{p50:.1f}", f"{p95:.1f}", f"{bound:.0f}", mark(p50 <= bound))
    console.print(table)


def show_machine(folder: Path) -> None:
    """Memory, start of a service, warm start of everything."""
    with a_stack(folder, web="start"):
        pass
    began = time.monotonic()
    with a_stack(folder, web="start") as stack:
        warm = time.monotonic() - began
        table = Table("service", "idle MB", "wanted", "", "start s", "wanted", "")
        for app_id in (*BY_ID, FRONTEND):
            memory = beside(resident(stack, app_id), MEMORY_BOUNDS.get(app_id), 0)
            start = beside(start_seconds(stack, app_id), START_BOUNDS.get(app_id), 1)
            table.add_row(app_id, *memory, *start)
    console.print(table)
    console.print(f"warm start to a usable page: {warm:.1f} s, wanted {WARM_BOUND:.0f} "
                  + mark(warm <= WARM_BOUND))  # fmt: skip


def show_people(folder: Path) -> None:
    """What each process takes while people add, list and complete by way of the front end."""
    with a_stack(folder, web="start") as stack, ThreadPoolExecutor(1) as pool:
        names = [*(name for app in BY_ID for name in (app, f"{app} sidecar")), FRONTEND]
        ends = time.monotonic() + SETTLED_SECONDS + WORK_SECONDS + 1
        working = pool.submit(load.run, stack.web_url, PEOPLE, lambda: time.monotonic() < ends)
        time.sleep(SETTLED_SECONDS)
        before = {name: cores(stack, name) for name in names}
        time.sleep(WORK_SECONDS)
        took = {name: (cores(stack, name) - before[name]) / WORK_SECONDS for name in names}
        memory = {name: resident(stack, name) for name in names}
        outcome = working.result()
    assert not outcome["failed"], outcome["failures"]
    title = f"{outcome['per_second']} requests/s of {PEOPLE} people by way of the front end"
    table = Table("process", "cores", "MB", title=title)
    for name in names:
        table.add_row(name, f"{took[name]:.3f}", f"{memory[name]:.0f}")
    console.print(table)


def beside(measured: float, bound: float | None, digits: int) -> tuple[str, str, str]:
    if bound is None:
        return f"{measured:.{digits}f}", "", ""
    return f"{measured:.{digits}f}", f"{bound:.0f}", mark(measured <= bound)


def family(stack: Stack, name: str) -> list[psutil.Process]:
    """npm and scripts start the process that works."""
    pid = stack.process(name).pid
    assert pid
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def cores(stack: Stack, name: str) -> float:
    """Seconds of CPU since the start."""
    times = [process.cpu_times() for process in family(stack, name)]
    return sum(time.user + time.system for time in times)


def resident(stack: Stack, name: str) -> float:
    return sum(process.memory_info().rss for process in family(stack, name)) / 2**20


def start_seconds(stack: Stack, name: str) -> float:
    stack.process(name).stop()
    began = time.monotonic()
    stack.bring_back(name)
    return time.monotonic() - began


PARTS = {
    "throughput": show_throughput,
    "latency": show_latency,
    "machine": show_machine,
    "people": show_people,
}


def main() -> None:
    chosen = sys.argv[1:] or list(PARTS)
    console.print(f"{os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="todoku-bench-") as folder:
        for name in chosen:
            PARTS[name](Path(folder) / name)


if __name__ == "__main__":
    main()

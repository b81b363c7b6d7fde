"""`make bench`: the figures, each beside its baseline or bound, all measured in this run.

Nothing is written but the table. Takes about five minutes on two cores, most of it building the
page the first time. `bench/run.py throughput latency machine` chooses.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import asyncpg
import psutil
from harness.machine import free_base, java
from rich.console import Console
from rich.table import Table
from todoku_local import Stack
from todoku_local.services import BY_ID

from bench import throughput
from bench.issuer import Issuer
from bench.load import Request, connect

BOUNDS = {"list 20": 0.30, "get": 0.30, "create": 0.22, "complete": 0.22}
LATENCY_BOUNDS = {"redis": 20.0, "kafka": 40.0}
MEMORY_BOUND, CHAT_MEMORY_BOUND = 110, 170
START_BOUND, WARM_BOUND = 3.0, 30.0
EVENTS = 200
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
        for app_id in BY_ID:
            megabytes = resident(stack, app_id)
            bound = CHAT_MEMORY_BOUND if app_id == "chat-agent" else MEMORY_BOUND
            seconds = start_seconds(stack, app_id)
            memory = (f"{megabytes:.0f}", f"{bound}", mark(megabytes <= bound))
            start = (f"{seconds:.1f}", f"{START_BOUND:.0f}", mark(seconds <= START_BOUND))
            table.add_row(app_id, *memory, *start)
    console.print(table)
    console.print(f"warm start to a usable page: {warm:.1f} s, wanted {WARM_BOUND:.0f} "
                  + mark(warm <= WARM_BOUND))  # fmt: skip


def resident(stack: Stack, name: str) -> float:
    pid = stack.process(name).pid
    assert pid
    return psutil.Process(pid).memory_info().rss / 2**20


def start_seconds(stack: Stack, name: str) -> float:
    stack.process(name).stop()
    began = time.monotonic()
    stack.bring_back(name)
    return time.monotonic() - began


PARTS = {"throughput": show_throughput, "latency": show_latency, "machine": show_machine}


def main() -> None:
    chosen = sys.argv[1:] or list(PARTS)
    console.print(f"{os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="todoku-bench-") as folder:
        for name in chosen:
            PARTS[name](Path(folder) / name)


if __name__ == "__main__":
    main()

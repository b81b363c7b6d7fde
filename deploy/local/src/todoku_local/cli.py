"""`todoku-local`: the command behind the Makefile."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import psutil
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from todoku_local import postgres
from todoku_local.errors import LocalError
from todoku_local.holding import Holding
from todoku_local.infrastructure import Infrastructure
from todoku_local.launcher import end_recorded
from todoku_local.places import State
from todoku_local.run_file import write as write_run_file
from todoku_local.services import BY_ID
from todoku_local.stack import Stack

DOWN_SECONDS = 15.0
app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
console = Console(highlight=False)


def said(began: float) -> Callable[[str], None]:
    """Prints progress with the seconds since the start."""

    def say(line: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:6.1f} s[/dim]  {escape(line)}")

    return say


@app.command()
def up(
    infrastructure: Annotated[bool, typer.Option("--infrastructure")] = False,
    broker: Annotated[str, typer.Option(envvar="BROKER")] = "redis",
    web: Annotated[str, typer.Option(envvar="WEB", help="start, dev or none")] = "start",
) -> None:
    """Start everything and watch over it until Ctrl-C."""
    began = time.monotonic()
    database_url, redis_url = Infrastructure.external()
    stack = Stack(
        broker=broker,
        services=() if infrastructure else tuple(BY_ID),
        migrate=tuple(BY_ID),
        web="prepare" if infrastructure and web != "none" else web,
        database_url=database_url,
        redis_url=redis_url,
        say=said(began),
    )
    ended = threading.Event()
    _on_signals(ended)
    try:
        _start(stack, ended)
        if ended.is_set():
            return
        console.print(_table(stack, infrastructure))
        if infrastructure:
            console.print(_by_hand(stack), soft_wrap=True)
        console.print(f"ready in {time.monotonic() - began:.1f} s; Ctrl-C ends all of it")
        ended.wait()
    except LocalError as error:
        console.print(f"[red]{escape(str(error))}[/red]", soft_wrap=True)
        raise typer.Exit(1) from error
    finally:
        if stack.running:
            console.print("stopping …")
            stack.stop()
            console.print("stopped")


def _on_signals(ended: threading.Event) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())


def _start(stack: Stack, ended: threading.Event) -> None:
    """Start in a thread, so that a signal in the middle of a build is heard at once."""
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(stack.start)
        while not starting.done():
            if ended.wait(0.1):
                stack.stop()
                break
        if not ended.is_set():
            starting.result()


def _table(stack: Stack, infrastructure: bool) -> Table:
    table = Table("what", "where", "log", box=None, title_justify="left")
    if not infrastructure:
        table.add_row("[bold]the page[/bold]", f"[bold]{stack.web_url}[/bold]", "frontend.log")
    for name in stack.processes():
        if name in BY_ID:
            table.add_row(name, stack.app_url(name), stack.log(name).name)
            table.add_row("  its sidecar", stack.sidecar_url(name), f"{name}.sidecar.log")
    shown = ("REDIS_HOST", "KAFKA_BROKERS", "SCHEDULER")
    for variable in shown:
        if variable in stack.variables:
            table.add_row(variable.lower(), stack.variables[variable], "")
    if "postgres" in stack.processes():
        table.add_row("postgres", f"{postgres.socket_folder(stack.state)} (socket)", "postgres.log")
    table.add_row("secrets", str(stack.state.env_file), "")
    table.add_row("logs", str(stack.state.logs), "")
    return table


def _by_hand(stack: Stack) -> str:
    env_file, dapr = stack.state.env_file, stack.state.dapr_home / "dapr"
    file = stack.state.root / "dapr.yaml"
    return f"by hand: set -a; . {env_file}; set +a; {dapr} run -f {file}"


@app.command()
def down() -> None:
    """End a running stack, or what a killed one left."""
    state = State.default()
    holding = Holding(state.root / "lock")
    if not holding.free() and (holder := holding.holder()):
        console.print(f"asking process {holder} to stop …")
        os.kill(holder, signal.SIGTERM)
        if not _waited(holding.free, DOWN_SECONDS):
            console.print(f"process {holder} did not stop in time and is killed")
            psutil.Process(holder).kill()
            _waited(holding.free, DOWN_SECONDS)
    ended = end_recorded(state.root / "processes")
    console.print("ended " + ", ".join(ended) if ended else "nothing is running")


def _waited(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return condition()


@app.command()
def reset() -> None:
    """End everything, then delete data, logs and secrets of the state directory."""
    down()
    state = State.default()
    socket = postgres.socket_folder(state)
    for folder in (state.root, socket):
        if folder.exists():
            shutil.rmtree(folder)
    console.print(f"deleted {state.root}; what DATABASE_URL or REDIS_URL name is untouched")


@app.command()
def run_file() -> None:
    """Write dapr.yaml from the table of services."""
    console.print(f"wrote {write_run_file()}")


def main() -> None:
    app()

"""People at work on whatever answers at an address, and afterwards whether all is there.

`python -m todoku_cluster.load http://frontend --until FILE` works until the file is there, says
"working" when it has begun and the outcome as one line of JSON; ends with 0 when no request failed
and nothing was lost or there twice.
"""

import argparse
import json
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from todoku_cluster.account import Account
from todoku_cluster.waiting import eventually

PAUSE_SECONDS = 0.05
SETTLE_SECONDS = 60.0
SHOWN = 10
REPEATS = {"rule": "FREQ=DAILY"}


@dataclass
class Worker:
    """One person, who asks for nothing twice: a failed request is a failure."""

    account: Account
    goes_on: Callable[[], bool]
    requests: int = 0
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0
    made: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def work(self) -> None:
        while self.goes_on():
            made = self._ask(
                "POST",
                "/api/me/tasks",
                json={"title": f"Task {len(self.made)}", **_daily()},
                headers={"Idempotency-Key": str(uuid.uuid4())},
            )
            self._ask("GET", "/api/me/tasks", params={"limit": "20"})
            if made is not None:
                self.made.append(made["id"])
                path = f"/api/me/tasks/{made['id']}/complete"
                if self._ask("PATCH", path, json={"completed": True}) is not None:
                    self.done.append(made["id"])
            time.sleep(PAUSE_SECONDS)

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        began = time.monotonic()
        self.requests += 1
        try:
            answer = self.account.call(method, path, **options)
        except httpx2.HTTPError as error:
            return self._failed(f"{method} {path}: {error!r}")
        finally:
            self.slowest = max(self.slowest, time.monotonic() - began)
        if not answer.is_success:
            return self._failed(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer.json()

    def _failed(self, what: str) -> None:
        self.failures.append(f"{time.strftime('%H:%M:%S')} {what}")

    def amiss(self) -> list[str]:
        """What is lost or there twice: each task once, each completed one's successor once."""
        tasks = self.account.tasks(status="all")
        times = Counter(task["id"] for task in tasks)
        successors = Counter(task["predecessor_id"] for task in tasks)
        found = [f"task {each}: {times[each]} times" for each in self.made if times[each] != 1]
        return found + [
            f"successor of {each}: {successors[each]} times"
            for each in self.done
            if successors[each] != 1
        ]


def _daily() -> dict[str, Any]:
    return {"due": {"date": time.strftime("%Y-%m-%d")}, "recurrence": REPEATS}


def run(url: str, people: int, goes_on: Callable[[], bool]) -> dict[str, Any]:
    workers = [Worker(Account(url).arrive().register(), goes_on) for _ in range(people)]
    print("working", flush=True)
    began = time.monotonic()
    each(workers, Worker.work)
    seconds = time.monotonic() - began
    amiss = [what for found in each(workers, settled) for what in found]
    failures = [failure for worker in workers for failure in worker.failures]
    requests = sum(worker.requests for worker in workers)
    return {
        "seconds": round(seconds),
        "requests": requests,
        "per_second": round(requests / seconds, 1),
        "slowest_seconds": round(max(worker.slowest for worker in workers), 2),
        "failed": len(failures),
        "failures": failures[:SHOWN],
        "accepted": sum(len(worker.made) for worker in workers),
        "completed": sum(len(worker.done) for worker in workers),
        "amiss": amiss[:SHOWN],
    }


def each[T](workers: list[Worker], do: Callable[[Worker], T]) -> list[T]:
    with ThreadPoolExecutor(len(workers)) as pool:
        return list(pool.map(do, workers))


def settled(worker: Worker) -> list[str]:
    """Successors come by events: what is amiss when they had their time."""
    try:
        eventually(lambda: not worker.amiss(), SETTLE_SECONDS)
    except AssertionError:
        return worker.amiss()
    return []


def main() -> int:
    parser = argparse.ArgumentParser(prog="todoku_cluster.load", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--until", type=Path, required=True, metavar="FILE")
    parser.add_argument("--at-most", type=float, default=600, metavar="SECONDS")
    parser.add_argument("--people", type=int, default=4)
    options = parser.parse_args()
    end = time.monotonic() + options.at_most
    outcome = run(
        options.url,
        options.people,
        lambda: not options.until.exists() and time.monotonic() < end,
    )
    print(json.dumps(outcome))
    return 1 if outcome["failures"] or outcome["amiss"] else 0


if __name__ == "__main__":
    sys.exit(main())

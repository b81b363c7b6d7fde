"""The smoke test: the main job, tried from outside on whatever answers at an address."""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx2

from todoku_cluster.account import ANSWER_SECONDS, Account
from todoku_cluster.waiting import eventually

Say = Callable[[str], None]
ADD = "add pay rent on the 1st of every month at 9am, remind me 1 hour before"
PRIVATE = ("/ops/dead-letters", "/events/task-events", "/job/reminder", "/dapr/config", "/metrics")
PATIENCE_SECONDS = 30.0
EARLIEST_SECONDS, LATEST_SECONDS = 50.0, 90.0
"""Between asking for a reminder in a minute and its ringing, on any machine."""


class Failed(Exception):
    """A step's name, what was expected, what came."""


@dataclass
class Smoke:
    """One run, as a person of its own. Every step raises AssertionError with what came."""

    url: str
    patience: float = PATIENCE_SECONDS
    """How long what happens by way of events may take, in seconds."""
    account: Account = field(init=False)
    _task: dict[str, Any] = field(init=False)
    _conversation: int = field(init=False)

    def __post_init__(self) -> None:
        self.account = Account(self.url)

    def arrives(self) -> None:
        self.account.arrive()

    def signs_up(self) -> None:
        self.account.register()

    def private_is_closed(self) -> None:
        for path in PRIVATE:
            came = httpx2.get(self.url + path, timeout=ANSWER_SECONDS, trust_env=False).status_code
            expect(came == 404, f"GET {path} answers 404", came)

    def adds(self) -> None:
        said = self.account.say(ADD)
        self._conversation = said["conversation_id"]
        called = [call["name"] for call in said["tool_calls"]]
        expect("add_task" in called, "the agent called add_task", said)

    def lists(self) -> None:
        listed = self.account.tasks(status="open")
        expect([task["title"].lower() for task in listed] == ["pay rent"], "one, pay rent", listed)
        (self._task,) = listed
        due, reminders = self._task["due"], self._task["reminders"]
        monthly = date.fromisoformat(due["date"]).day == 1 and due["time"] == "09:00"
        expect(monthly and self._task["recurrence"], "due on the 1st at 9:00, again", self._task)
        expect(reminders == [{"before": "PT1H"}], "one reminder an hour before", reminders)

    def completes(self) -> None:
        said = self.account.say("done with pay rent", self._conversation)
        called = [call["name"] for call in said["tool_calls"]]
        expect("complete_task" in called, "the agent called complete_task", said)

    def comes_again(self) -> None:
        (again,) = eventually(
            lambda: self.account.tasks(status="open"), self.patience, "the next occurrence"
        )
        later = date.fromisoformat(again["due"]["date"]) > date.fromisoformat(
            self._task["due"]["date"]
        )
        kept = all(again[name] == self._task[name] for name in ("title", "reminders", "recurrence"))
        expect(again["id"] != self._task["id"] and later and kept, "the same, later", again)

    def rings(self) -> None:
        with self.account.listen() as live:
            asked = time.monotonic()
            self.account.say("remind me to stretch in 1 minute")
            rung = live.wait_for("reminder", timeout=LATEST_SECONDS)
            took = time.monotonic() - asked
        expect(took > EARLIEST_SECONDS, "a minute passes first", took)
        expect(rung.data["title"].lower() == "stretch", "stretch rings", rung.data)
        unread = {"unread": "true"}
        inbox = self.account.ok("GET", "/api/me/notifications", params=unread)["items"]
        titles = [entry["title"].lower() for entry in inbox]
        expect(titles == ["stretch"], "stretch is in the inbox", titles)
        path = f"/api/me/notifications/{inbox[0]['id']}"
        self.account.ok("PATCH", path, json={"read": True})
        left = self.account.ok("GET", "/api/me/notifications", params=unread)["items"]
        expect(left == [], "nothing unread", left)

    def cleans_up(self) -> None:
        """Accounts cannot be erased yet: the tasks go, the session ends."""
        for task in self.account.tasks(status="all"):
            self.account.ok("DELETE", f"/api/me/tasks/{task['id']}")
        self.account.sign_out()


def expect(holds: object, expected: str, came: object) -> None:
    if not holds:
        raise AssertionError(f"expected: {expected}; came: {came!r}")


def run(url: str, say: Say, *, quick: bool = False, patience: float = PATIENCE_SECONDS) -> None:
    """One line a step, with its time. `quick` leaves out the reminder, which takes a minute.

    Raises Failed at the first step that does not hold; what was made is removed even then."""
    smoke = Smoke(url.rstrip("/"), patience)
    steps: dict[str, Callable[[], None]] = {
        "the page answers": smoke.arrives,
        "a new account signs up": smoke.signs_up,
        "what is private does not answer": smoke.private_is_closed,
        "a sentence becomes a task": smoke.adds,
        "the list shows it": smoke.lists,
        "a sentence completes it": smoke.completes,
        "the next occurrence arrives": smoke.comes_again,
    }
    if not quick:
        steps["a reminder rings on the stream and in the inbox"] = smoke.rings
    try:
        for name, step in steps.items():
            _timed(name, step, say)
    except Failed:
        if smoke.account.signed_in:
            _tidied(smoke, say)
        raise
    _timed("the account is left empty", smoke.cleans_up, say)


def _tidied(smoke: Smoke, say: Say) -> None:
    """After a failure, which is the one to report: what cannot be removed is only said."""
    try:
        smoke.cleans_up()
    except (AssertionError, httpx2.HTTPError) as error:
        say(f"left behind: the tasks of account {smoke.account.email}: {error}")


def _timed(name: str, step: Callable[[], None], say: Say) -> None:
    began = time.monotonic()
    try:
        step()
    except (AssertionError, httpx2.HTTPError, LookupError, ValueError) as error:
        came = str(error) if isinstance(error, AssertionError) else repr(error)
        raise Failed(f"{name}: {came}") from error
    say(f"ok  {time.monotonic() - began:5.1f} s  {name}")


def main() -> None:
    """The test alone, for its image: what rolls out is not in there."""
    parser = argparse.ArgumentParser(prog="todoku_cluster.smoke", description=__doc__)
    parser.add_argument("url")
    try:
        run(parser.parse_args().url, print)
    except Failed as failed:
        sys.exit(str(failed))


if __name__ == "__main__":
    main()

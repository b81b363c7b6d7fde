"""What must be true once everything has calmed down: each accepted command once in effect."""

import re
from functools import partial
from typing import Any
from uuid import UUID, uuid5

import httpx2
from todoku_cluster.waiting import eventually
from todoku_local import Stack

from harness.people import Person
from harness.rows import count, rows

PUBLISHERS = ("task", "recurring", "notification")
DAILY = {"rule": "FREQ=DAILY", "mode": "schedule"}
FAR = {"date": "2040-05-04", "time": "09:00", "timezone": None}


def add_repeating(person: Person, title: str) -> dict[str, Any]:
    """A daily task with one reminder, far in the future."""
    return person.add(title, due=FAR, recurrence=DAILY, reminders=[{"before": "PT1H"}])


def settled(stack: Stack, timeout: float = 60) -> None:
    """Every event of every service is published."""
    for schema in PUBLISHERS:
        eventually(partial(_all_published, stack, schema), timeout, f"outbox of {schema}")


def _all_published(stack: Stack, schema: str) -> bool:
    sql = f"SELECT count(*) FROM {schema}.events WHERE published_at IS NULL"  # noqa: S608
    return count(stack, sql) == 0


def successor(person: Person, task: dict[str, Any], timeout: float = 60) -> dict[str, Any]:
    """The one next occurrence of a completed task, with the id that everybody can compute."""
    sql = """SELECT id::text, number, withdrawn, due_date::text AS due FROM task.tasks
             WHERE user_id = $1 AND predecessor_id = $2::text::uuid"""
    (found,) = eventually(
        lambda: rows(person.stack, sql, person.id, task["id"]), timeout, "the next occurrence"
    )
    assert found["id"] == str(uuid5(UUID(task["series_id"]), str(task["id"])))
    return found


def once_in_effect(person: Person, completed: dict[str, Any], timeout: float = 60) -> None:
    """One next occurrence with one planned reminder; none left of the old one; one live row for
    each change; nothing given up."""
    following = successor(person, completed, timeout)
    assert not following["withdrawn"]
    one_reminder(person, following["id"], "planned", timeout)
    none_waits(person, completed["id"], timeout)
    settled(person.stack, timeout)
    feed_is_exact(person, timeout)
    assert dead_letters(person) == 0


def one_reminder(person: Person, task_id: str, status: str, timeout: float = 60) -> None:
    sql = (
        "SELECT status FROM notification.reminders WHERE user_id = $1 AND task_id = $2::text::uuid"
    )
    eventually(
        lambda: [r["status"] for r in rows(person.stack, sql, person.id, task_id)] == [status],
        timeout,
        f"one {status} reminder",
    )


def none_waits(person: Person, task_id: str, timeout: float = 60) -> None:
    """No reminder will ring: cancelled, or never planned where "done" was heard first."""
    sql = """SELECT count(*) FROM notification.reminders WHERE user_id = $1
             AND task_id = $2::text::uuid AND status IN ('planned', 'snoozed')"""
    eventually(lambda: count(person.stack, sql, person.id, task_id) == 0, timeout, "no reminder")


def feed_is_exact(person: Person, timeout: float = 60) -> None:
    """The live feed has each change once: none missing, none twice."""
    published = """SELECT payload->>'id' || ' ' || (payload->>'version') AS change FROM task.events
                   WHERE user_id = $1 AND topic = 'task-updates' ORDER BY 1"""
    shown = """SELECT data->>'id' || ' ' || (data->>'version') AS change FROM notification.feed
               WHERE user_id = $1 AND kind = 'task' ORDER BY 1"""

    def exact() -> bool:
        expected = [row["change"] for row in rows(person.stack, published, person.id)]
        assert [row["change"] for row in rows(person.stack, shown, person.id)] == expected
        return True

    eventually(exact, timeout, "the feed")


def dead_letters(person: Person) -> int:
    total = 0
    for schema in PUBLISHERS:
        sql = f"""SELECT count(*) FROM {schema}.dead_letters
                  WHERE status = 'dead' AND envelope->>'subject' LIKE $1"""  # noqa: S608
        total += count(person.stack, sql, f"users/{person.id}/%")
    return total


def handled(stack: Stack, process: str, topic: str) -> float:
    """Messages of a topic that this process has handled since it started, by its own count."""
    port = stack.process(process).command.env["APP_PORT"]
    text = httpx2.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    pattern = rf'messages_total\{{[^}}]*outcome="SUCCESS"[^}}]*topic="{topic}"[^}}]*\}} (\S+)'
    return sum(float(value) for value in re.findall(pattern, text))

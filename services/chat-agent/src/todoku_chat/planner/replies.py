"""What the user reads: built from results, in the words of the calendar."""

from collections.abc import Sequence
from typing import Any

from todoku_calendar import Due
from todoku_language import ListTasks, describe_due, describe_recurrence, describe_reminder

from todoku_chat.planner.transcript import Settings, Task

HELP = """Here is what you can say:
- add pay rent on the 1st of every month at 9am, remind me 1 hour before
- remind me to stretch in 10 minutes
- what's due today? · show overdue tasks · show #work
- done with pay rent · reopen pay rent
- move pay rent to friday at 10 · rename pay rent to pay the rent
- make pay rent urgent · remind me 1 day before pay rent
- delete pay rent (I ask first)
A task's number works as well as its name: done with task 12."""
NOT_UNDERSTOOD = "I did not understand “{text}”."
EXAMPLES = (
    "You can say for example: add call mum tomorrow at 5pm · what's due today? · "
    "done with pay rent · move pay rent to friday. Say help for more."
)
SHOWN_TEXT = 120


def quoted(task: Task) -> str:
    return f"“{task['title']}”{number(task)}"


def number(task: Task) -> str:
    return f" (task {task['number']})" if task.get("number") else ""


def details(task: Task, settings: Settings, names: Sequence[str] = ()) -> list[str]:
    """The fields that are set, in words; only those of `names` when given."""
    found: list[tuple[str, str]] = []
    if task.get("due"):
        found.append(("due", f"due {_due(task, settings)}"))
    if recurrence := task.get("recurrence"):
        found.append(("recurrence", f"repeats {_repeat(recurrence)}"))
    if reminders := task.get("reminders"):
        said = " and ".join(describe_reminder(r, settings.zone, settings.now) for r in reminders)
        found.append(("reminders", f"reminder {said}"))
    if task.get("priority"):
        found.append(("priority", f"{task['priority']} priority"))
    if task.get("tags"):
        found.append(("tags", " ".join(f"#{tag}" for tag in task["tags"])))
    return [text for name, text in found if not names or name in names]


def added(task: Task, settings: Settings, *, wanted_reminder: bool) -> str:
    said = ", ".join(details(task, settings))
    text = f"Added {quoted(task)}{': ' + said if said else ''}."
    if wanted_reminder and not task.get("reminders"):
        text += " It has no reminder, because it has no date."
    return text


def completed(task: Task) -> str:
    text = f"Done: {quoted(task)}."
    if recurrence := task.get("recurrence"):
        ends = "COUNT=" in recurrence["rule"] or "UNTIL=" in recurrence["rule"]
        text += f" It repeats {_repeat(recurrence)}: the next one will appear on your list"
        text += ", unless this was the last." if ends else "."
    return text


_CLEARED = {
    "due": "no date",
    "recurrence": "does not repeat",
    "reminders": "no reminder",
    "priority": "no priority",
    "tags": "no tags",
}


def updated(before: Task, after: Task, fields: dict[str, Any], settings: Settings) -> str:
    """What the result says about the fields that were to change."""
    said = details(after, settings, list(fields))
    said += [_CLEARED[name] for name in fields if name in _CLEARED and not after.get(name)]
    if "title" in fields:
        text = f"Renamed “{before['title']}” to {quoted(after)}."
        return f"{text[:-1]}: {', '.join(said)}." if said else text
    return f"Changed {quoted(after)}: {', '.join(said)}."


def line(task: Task, settings: Settings) -> str:
    name = f"{task['number']} · {task['title']}" if task.get("number") else task["title"]
    done = ["done"] if task.get("status") == "done" else []
    said = ", ".join([*done, *details(task, settings, ("due", "recurrence", "priority", "tags"))])
    return f"- {name}{' (' + said + ')' if said else ''}"


def listing(tasks: Sequence[Task], asked: ListTasks, settings: Settings, *, more: bool) -> str:
    what = _what(asked, settings)
    if not tasks:
        return f"You have no {what}."
    count = f"more than {len(tasks)}" if more else str(len(tasks))
    head = f"You have {count} {what}:"
    if len(tasks) == 1 and not more:
        head = head.replace(" tasks", " task", 1)
    return "\n".join([head, *(line(task, settings) for task in tasks)])


def _what(asked: ListTasks, settings: Settings) -> str:
    kind = {"open": "open ", "done": "done ", "all": ""}[asked.status]
    level = f"{asked.priority}-priority " if asked.priority else ""
    words = [f"{kind}{level}tasks"]
    due = {
        "today": "due today",
        "overdue": "overdue",
        "week": "due this week",
        "none": "without a date",
    }
    if asked.due:
        words.append(due[asked.due])
    if asked.on:
        words.append(f"due {describe_due(Due(asked.on), settings.zone, settings.now)}")
    if asked.until and asked.until != asked.on:
        words.append(f"to {describe_due(Due(asked.until), settings.zone, settings.now)}")
    if asked.tag:
        words.append(f"tagged #{asked.tag}")
    if asked.query:
        words.append(f"matching “{asked.query}”")
    return " ".join(words)


def ask_which(verb: str, said: str, candidates: Sequence[Task], settings: Settings) -> str:
    lines = [line(task, settings) for task in candidates]
    return "\n".join(
        [f"Which one shall I {verb}? Several match “{said}”:", *lines, "Say its number."]
    )


def not_understood(text: str, reason: str) -> str:
    shown = shortened(text)
    return f"{NOT_UNDERSTOOD.format(text=shown) if shown else ''} {reason or EXAMPLES}".strip()


def shortened(text: str) -> str:
    """What the user wrote, repeated so far that it is recognised."""
    return text if len(text) <= SHOWN_TEXT else f"{text[:SHOWN_TEXT]}…"


def _due(task: Task, settings: Settings) -> str:
    return describe_due(Due.from_dict(task["due"]), settings.zone, settings.now)


def _repeat(recurrence: dict[str, str]) -> str:
    return describe_recurrence(recurrence["rule"], recurrence.get("mode", "schedule"))

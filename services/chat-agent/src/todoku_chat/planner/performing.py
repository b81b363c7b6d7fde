"""Carrying out a plan: the calls it needs, one after the other, and what to say at the end."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from todoku_language import (
    Add,
    Cancel,
    Complete,
    Delete,
    Draft,
    Help,
    ListTasks,
    NotPossible,
    Plan,
    Reopen,
    Step,
    Target,
    Targeted,
    Unknown,
    Update,
    merged_fields,
)

from todoku_chat.planner import replies
from todoku_chat.planner.memory import Memory
from todoku_chat.planner.searching import (
    SEARCHED,
    Asking,
    Choice,
    Request,
    Status,
    ToolFailed,
    every_task,
    read,
    refreshed,
    resolve,
    search,
)
from todoku_chat.planner.transcript import Result, Settings, Task

MAX_CANDIDATES = 8
_JOINED = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+", re.IGNORECASE)
_VERBS: dict[type[Targeted], str] = {
    Complete: "complete",
    Reopen: "reopen",
    Delete: "delete",
    Update: "change",
}
_SCOPES: dict[type[Targeted], Status] = {
    Complete: "open",
    Reopen: "done",
    Delete: "open",
    Update: "open",
}


@dataclass
class Performance:
    """One turn. `lines` is what can be said so far: every line has its result behind it."""

    plan: Plan
    memory: Memory
    settings: Settings
    answering: bool = False
    lines: list[str] = field(default_factory=list)
    added: list[Task] = field(default_factory=list)
    asked: bool = False

    def run(self) -> Asking[str]:
        for index, step in enumerate(self.plan.steps):
            try:
                yield from self._step(step)
            except ToolFailed as exc:
                self.memory.forget()
                self.lines.append(_failure(step, str(exc)))
                if left := len(self.plan.steps) - index - 1:
                    self.lines.append(
                        f"I stopped there; {left} more of what you asked is not done."
                    )
                break
        return self.text()

    def text(self) -> str:
        return "\n".join(dict.fromkeys(self.lines)) or replies.EXAMPLES

    def _step(self, step: Step) -> Asking[None]:
        if isinstance(step, Add):
            yield from self._add(step.draft)
        elif isinstance(step, ListTasks):
            yield from self._list(step)
        elif isinstance(step, Help):
            self.lines.append(replies.HELP)
        elif isinstance(step, Cancel):
            self.lines.append("All right, nothing was changed.")
        elif isinstance(step, Unknown):
            self.lines.append(replies.not_understood(step.text, step.reason))
        else:
            yield from self._targeted(step)

    def _add(self, draft: Draft) -> Asking[None]:
        task = _task((yield Request("add_task", add_arguments(draft))))
        self.added.append(task)
        self.memory.group = list(self.added)
        self.memory.touched(task)
        self.lines.append(replies.added(task, self.settings, wanted_reminder=draft.wants_reminder))

    def _list(self, step: ListTasks) -> Asking[None]:
        named = {"due": step.due, "priority": step.priority, "tag": step.tag, "q": step.query}
        filters = {name: str(value) for name, value in named.items() if value}
        if step.on:
            found = yield from every_task(step.status, **filters)
            last = (step.until or step.on).isoformat()
            tasks = [
                t for t in found if t.get("due") and step.on.isoformat() <= t["due"]["date"] <= last
            ]
            more = False
        else:
            result = read(
                (yield Request("list_tasks", {"status": step.status, "limit": SEARCHED, **filters}))
            )
            tasks, more = list(result.items or ()), result.next_cursor is not None
        self.memory.saw(tasks)
        self.lines.append(replies.listing(tasks, step, self.settings, more=more))

    def _targeted(self, step: Targeted) -> Asking[None]:
        if self.asked and step.target.kind != "name" and not self.answering:
            self.lines.append(f"Then I can go on with “{step.target.text}”.")
            return
        choice = yield from self._choose(step)
        if choice.candidates:
            self._ask(step, choice)
        elif choice.reason:
            self.memory.forget()
            self.lines.append(choice.reason)
        for task in choice.tasks:
            yield from self._act(step, task, fresh=choice.fresh)

    def _choose(self, step: Targeted) -> Asking[Choice]:
        status = _SCOPES[type(step)]
        choice = yield from resolve(step.target, status, self.memory, answering=self.answering)
        names = {task["title"].casefold() for task in choice.candidates}
        if isinstance(step, Reopen) and len(names) == 1:
            # Finished occurrences of one task share its title: the last one finished is meant.
            latest = max(choice.candidates, key=lambda task: str(task.get("completed_at")))
            return Choice((latest,), fresh=choice.fresh)
        if choice.tasks or choice.candidates or choice.reason:
            return choice
        parts = [part for part in _JOINED.split(step.target.text) if part]
        if len(parts) > 1:
            for part in parts:
                yield from self._targeted(replace(step, target=Target("name", part)))
            return Choice()
        return (yield from self._elsewhere(step))

    def _elsewhere(self, step: Targeted) -> Asking[Choice]:
        """Not among the tasks of the usual status: perhaps among the others."""
        name = step.target.text
        missing = Choice(reason=f"I found no task like “{name}”. Say show my tasks to see them.")
        others = yield from search(name, "open" if isinstance(step, Reopen) else "done")
        if not others:
            return missing
        if isinstance(step, Complete):
            return Choice(reason=f"{replies.quoted(others[0])} is already done.")
        if isinstance(step, Reopen):
            return Choice(reason=f"{replies.quoted(others[0])} is already open.")
        return (
            Choice((others[0],), fresh=True)
            if len(others) == 1
            else Choice(candidates=tuple(others))
        )

    def _ask(self, step: Targeted, choice: Choice) -> None:
        candidates = list(choice.candidates[:MAX_CANDIDATES])
        self.asked = True
        self.memory.asked(step, candidates)
        verb = _VERBS[type(step)]
        self.lines.append(replies.ask_which(verb, step.target.text, candidates, self.settings))

    def _act(self, step: Targeted, task: Task, *, fresh: bool) -> Asking[None]:
        if isinstance(step, Update):
            yield from self._update(step, task, fresh=fresh)
        elif isinstance(step, Delete):
            result = yield Request("delete_task", {"id": task["id"]})
            if result.refused:
                self.memory.touched(task)
                self.lines.append(f"{replies.quoted(task)} stays: nothing was changed.")
                return
            deleted = _task(result)
            self.memory.group = [t for t in self.memory.group if t["id"] != deleted["id"]]
            self.memory.forget()
            self.lines.append(f"Deleted {replies.quoted(deleted)}.")
        else:
            yield from self._finish(task, done=isinstance(step, Complete))

    def _finish(self, task: Task, *, done: bool) -> Asking[None]:
        arguments = {"id": task["id"]} if done else {"id": task["id"], "completed": False}
        after = _task((yield Request("complete_task", arguments)))
        if (after.get("status") == "done") != done:
            raise ToolFailed(f"{replies.quoted(after)} is still {after.get('status')}.")
        self.memory.touched(after)
        self.lines.append(
            replies.completed(after) if done else f"Open again: {replies.quoted(after)}."
        )

    def _update(self, step: Update, task: Task, *, fresh: bool) -> Asking[None]:
        current = task if fresh else (yield from refreshed(task))
        if current is None:
            self.lines.append(
                f"I found no {'task' if 'number' in task else ''} {task['title']}.".replace(
                    "  ", " "
                )
            )
            return
        try:
            fields = merged_fields(current, step.changes, self.settings.zone)
        except NotPossible as exc:
            self.memory.touched(current)
            self.lines.append(f"{replies.quoted(current)}: {exc}")
            return
        after = _task((yield Request("update_task", {"id": current["id"], **fields})))
        self.memory.touched(after)
        self.lines.append(replies.updated(current, after, fields, self.settings))


def add_arguments(draft: Draft) -> dict[str, Any]:
    due = {k: v for k, v in draft.due.to_dict().items() if v is not None} if draft.due else None
    arguments = {
        "title": draft.title,
        "due": due,
        "recurrence": draft.recurrence.to_dict() if draft.recurrence else None,
        "reminders": [dict(spec) for spec in draft.reminders],
        "priority": draft.priority,
        "tags": list(draft.tags),
    }
    return {name: value for name, value in arguments.items() if value}


def _task(result: Result) -> Task:
    task = read(result).task
    if task is None:
        raise ToolFailed("The tool's answer names no task.")
    return task


def _failure(step: Step, error: str) -> str:
    error = error if error.endswith((".", "!", "?")) else f"{error}."
    if isinstance(step, Add):
        return f"I could not add “{replies.shortened(step.draft.title)}”: {error}"
    if isinstance(step, Complete | Reopen | Delete | Update):
        return f"I could not {_VERBS[type(step)]} “{step.target.text}”: {error}"
    return f"I could not read your tasks: {error}"

"""The task tools in memory, and a conversation with the embedded model as the chat holds it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from agents import Agent, FunctionTool, RunConfig, Runner, RunState
from agents.tool_context import ToolContext
from todoku_chat.planner import EmbeddedModel

NOW = "2026-11-23T20:00:30+00:00"
INSTRUCTIONS = "You are Todoku.\ntimezone: {zone}\nnow: {now}\nlocale: en"
FIELDS = ("due", "recurrence", "priority", "description")


@dataclass
class FakeTasks:
    """What the tools do, as the task service would; `fail` makes a tool answer with an error."""

    tasks: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    fail: dict[str, str] = field(default_factory=dict)
    page: int = 200
    last: int = 0

    def add(self, title: str, **fields: Any) -> dict[str, Any]:
        self.last += 1
        number = self.last
        task = {
            "id": f"00000000-0000-7000-8000-{number:012}",
            "number": number,
            "title": title,
            "status": "open",
            "completed_at": None,
            "due_at": None,
            "reminders": [],
            "tags": [],
            "version": 1,
            **dict.fromkeys(FIELDS),
            **fields,
        }
        self.tasks.append(task)
        return task

    def find(self, reference: str) -> dict[str, Any] | None:
        return next((t for t in self.tasks if reference in (t["id"], str(t["number"]))), None)

    def titles(self, status: str = "open") -> list[str]:
        return [t["title"] for t in self.tasks if t["status"] == status]

    def call(self, name: str, arguments: dict[str, Any]) -> str:
        self.calls.append((name, arguments))
        if name in self.fail:
            return self.fail[name]
        if name == "add_task":
            return json.dumps(self.add(**arguments))
        if name == "list_tasks":
            return json.dumps(self.list_page(**arguments))
        task = self.find(arguments["id"])
        if task is None:
            return f"Error executing tool {name}: There is no task {arguments['id']}."
        return json.dumps(getattr(self, name)(task, arguments))

    def list_page(
        self, status: str = "open", limit: int = 50, q: str = "", cursor: str = "0", **filters: Any
    ) -> Any:
        found = [
            t
            for t in self.tasks
            if status in ("all", t["status"]) and q.lower() in t["title"].lower()
        ]
        if tag := filters.get("tag"):
            found = [t for t in found if tag in t["tags"]]
        if priority := filters.get("priority"):
            found = [t for t in found if t["priority"] == priority]
        start, size = int(cursor), min(limit, self.page)
        rest = len(found) > start + size
        return {
            "items": found[start : start + size],
            "next_cursor": str(start + size) if rest else None,
        }

    def complete_task(self, task: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
        task["status"] = "done" if arguments.get("completed", True) else "open"
        task["completed_at"] = NOW if task["status"] == "done" else None
        return task

    def delete_task(self, task: dict[str, Any], _: dict[str, Any]) -> dict[str, Any]:
        self.tasks.remove(task)
        return {"id": task["id"], "number": task["number"], "title": task["title"], "deleted": True}

    def update_task(self, task: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
        task |= {k: v for k, v in arguments.items() if k != "id"}
        task["reminders"], task["tags"] = task["reminders"] or [], task["tags"] or []
        return task

    def tools(self) -> list[FunctionTool]:
        names = ("add_task", "list_tasks", "complete_task", "delete_task", "update_task")
        return [self._tool(name) for name in names]

    def _tool(self, name: str) -> FunctionTool:
        async def invoke(_: ToolContext[Any], text: str) -> str:
            return self.call(name, json.loads(text))

        return FunctionTool(
            name=name,
            description=name,
            params_json_schema={"type": "object", "properties": {}},
            on_invoke_tool=invoke,
            strict_json_schema=False,
            needs_approval=name == "delete_task",
        )


@dataclass
class Chat:
    """One conversation; `say` is one message and its whole run, with approvals by `approve`."""

    tasks: FakeTasks
    zone: str = "Europe/Berlin"
    now: str = NOW
    approve: bool = True
    history: list[Any] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def agent(self) -> Agent[None]:
        return Agent(
            name="Todoku",
            instructions=INSTRUCTIONS.format(zone=self.zone, now=self.now),
            model=EmbeddedModel(),
            tools=list(self.tasks.tools()),
        )

    async def say(self, text: str) -> str:
        agent, config = self.agent(), RunConfig(tracing_disabled=True)
        given: Any = [*self.history, {"role": "user", "content": text}]
        result = await Runner.run(agent, given, max_turns=12, run_config=config)
        while result.interruptions:
            # As the chat does it: the run is stored as text and taken up later.
            state = await RunState.from_string(agent, result.to_state().to_string())
            for question in state.get_interruptions():
                self.asked.append(question.arguments or "")
                if self.approve:
                    state.approve(question)
                else:
                    state.reject(
                        question, rejection_message="The user refused. Nothing was changed."
                    )
            result = await Runner.run(agent, state, max_turns=12, run_config=config)
        self.history = result.to_input_list()
        return str(result.final_output)


@pytest.fixture
def tasks() -> FakeTasks:
    return FakeTasks()


@pytest.fixture
def chat(tasks: FakeTasks) -> Chat:
    return Chat(tasks)


@pytest.fixture
def chat_with() -> Callable[..., Chat]:
    """A conversation of a user who has tasks of these titles."""

    def make(*titles: str, **settings: Any) -> Chat:
        fake = FakeTasks()
        for title in titles:
            fake.add(title)
        return Chat(fake, **settings)

    return make

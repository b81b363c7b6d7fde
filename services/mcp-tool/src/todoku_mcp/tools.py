"""The five tools: parse, one call, return. The user is the token's, never an argument."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools.base import Tool
from mcp.server.mcpserver.utilities.func_metadata import FuncMetadata
from mcp_types import ToolAnnotations
from pydantic import BaseModel

from todoku_mcp.schemas import (
    AddTask,
    Arguments,
    CompleteTask,
    Deleted,
    DeleteTask,
    ListTasks,
    Task,
    TaskPage,
    UpdateTask,
)
from todoku_mcp.service import Caller, Tasks

IDEMPOTENCY_KEY = "dev.todoku/idempotency-key"
"""In a call's `_meta`: a repeated call with the same key changes nothing twice."""
MAX_KEY = 200
STRUCTURED = {"due", "reminders", "recurrence", "tags"}


def current_caller(meta: dict[str, Any] | None = None) -> Caller:
    """From the verified bearer token of this request."""
    token = get_access_token()
    if token is None or token.subject is None:
        raise ToolError("Sign in first.")
    key = (meta or {}).get(IDEMPOTENCY_KEY)
    if key is not None and not (isinstance(key, str) and 0 < len(key) <= MAX_KEY):
        raise ToolError(f"{IDEMPOTENCY_KEY} must be a text of at most {MAX_KEY} characters.")
    act = (token.claims or {})["act"]
    return Caller(token.subject, frozenset(token.scopes), act, key)


@dataclass(frozen=True)
class TaskTools:
    tasks: Tasks

    async def add_task(self, caller: Caller, arguments: AddTask) -> dict[str, Any]:
        return await self.tasks.write(caller, "POST", "/tasks", arguments.body())

    async def list_tasks(self, caller: Caller, arguments: ListTasks) -> dict[str, Any]:
        return await self.tasks.read(caller, "/tasks", arguments.params())

    async def complete_task(self, caller: Caller, arguments: CompleteTask) -> dict[str, Any]:
        path = f"/tasks/{arguments.id}/complete"
        return await self.tasks.write(caller, "PATCH", path, {"completed": arguments.completed})

    async def delete_task(self, caller: Caller, arguments: DeleteTask) -> dict[str, Any]:
        path = f"/tasks/{arguments.id}"
        # Read first: the reply must name what was deleted, and the deletion answers nothing.
        task = await self.tasks.read(caller, path)
        await self.tasks.write(caller, "DELETE", path)
        return {"id": task["id"], "number": task["number"], "title": task["title"]}

    async def update_task(self, caller: Caller, arguments: UpdateTask) -> dict[str, Any]:
        return await self.tasks.write(caller, "PATCH", f"/tasks/{arguments.id}", arguments.body())

    def tools(self) -> list[Tool]:
        return [
            _tool(
                self.add_task,
                AddTask,
                Task,
                "Add a task",
                "Add one task to the user's list. Put dates, times, repeats and reminders into "
                "their fields, never into the title.",
                ToolAnnotations(read_only_hint=False, destructive_hint=False),
            ),
            _tool(
                self.list_tasks,
                ListTasks,
                TaskPage,
                "List tasks",
                "List or search the user's tasks. Use it to find a task's number before changing "
                "a task the user named by its title.",
                ToolAnnotations(read_only_hint=True),
            ),
            _tool(
                self.complete_task,
                CompleteTask,
                Task,
                "Complete or reopen a task",
                "Mark a task done, or open it again with completed=false. A repeating task's next "
                "occurrence appears by itself.",
                ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True),
            ),
            _tool(
                self.delete_task,
                DeleteTask,
                Deleted,
                "Delete a task",
                "Delete a task. Not for finished ones: complete those.",
                ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True),
            ),
            _tool(
                self.update_task,
                UpdateTask,
                Task,
                "Change a task",
                "Change a task's fields. A field left out stays as it is; null clears it.",
                ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True),
            ),
        ]


class _Metadata(FuncMetadata):
    def pre_parse_json(self, data: dict[str, Any]) -> dict[str, Any]:
        """Some clients send objects as JSON text; a title of "null" is a title all the same."""
        parsed = super().pre_parse_json(data)
        return {name: parsed[name] if name in STRUCTURED else data[name] for name in data}


def _tool[A: Arguments](
    operation: Callable[[Caller, A], Awaitable[dict[str, Any]]],
    takes: type[A],
    gives: type[BaseModel],
    title: str,
    description: str,
    annotations: ToolAnnotations,
) -> Tool:
    async def run(ctx: Context, arguments: A) -> dict[str, Any]:
        meta = ctx.request_context.meta
        return await operation(current_caller(dict(meta) if meta else None), arguments)

    annotations.title = title
    annotations.open_world_hint = False
    return Tool(
        fn=run,
        name=operation.__name__,
        title=title,
        description=description,
        parameters=takes.model_json_schema(),
        fn_metadata=_Metadata(arg_model=takes, output_model=gives),
        is_async=True,
        context_kwarg="ctx",
        annotations=annotations,
    )

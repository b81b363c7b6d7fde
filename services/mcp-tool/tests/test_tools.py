"""The tools over HTTP, against a task service that answers as told."""

from typing import Any

import httpx2
import jwt
import pytest
from mcp_types import CallToolResult, TextContent
from todoku_platform.errors import Unavailable

KEY = "dev.todoku/idempotency-key"
ID = "0190a000-0000-7000-8000-000000000001"
TASK = {
    "id": ID,
    "number": 1,
    "title": "pay rent",
    "status": "open",
    "tags": [],
    "due": {"date": "2026-04-01", "time": "09:00", "timezone": None},
    "version": 1,
    "position": "a0",
}
# Made in conftest.py, from which tests import nothing.
type Connect = Any
type FakeTaskService = Any


def text(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def claims(task_service: FakeTaskService) -> dict[str, Any]:
    token = task_service.requests[-1].headers["Authorization"].removeprefix("Bearer ")
    return jwt.decode(token, options={"verify_signature": False})


class TestCatalogue:
    async def test_five_tools_that_take_no_user(self, connect: Connect) -> None:
        async with connect() as client:
            tools = (await client.list_tools()).tools
        names = {tool.name for tool in tools}
        assert names == {"add_task", "list_tasks", "complete_task", "delete_task", "update_task"}
        for tool in tools:
            assert tool.title
            assert tool.description
            assert tool.output_schema
            assert tool.input_schema["additionalProperties"] is False
            assert not any("user" in name for name in tool.input_schema["properties"])

    async def test_annotations(self, connect: Connect) -> None:
        async with connect() as client:
            tools = {tool.name: tool.annotations for tool in (await client.list_tools()).tools}
        destructive = {name for name, hints in tools.items() if hints and hints.destructive_hint}
        reading = {name for name, hints in tools.items() if hints and hints.read_only_hint}
        assert destructive == {"delete_task"}
        assert reading == {"list_tasks"}

    async def test_a_handshake_client_gets_the_same(self, connect: Connect) -> None:
        async with connect(mode="legacy") as client:
            assert len((await client.list_tools()).tools) == 5


class TestAddTask:
    async def test_posts_the_fields(self, connect: Connect, task_service: FakeTaskService) -> None:
        task_service.answer(201, TASK)
        arguments = {
            "title": "pay rent",
            "due": {"date": "2026-04-01", "time": "09:00"},
            "reminders": [{"before": "PT1H"}],
            "recurrence": {"rule": "FREQ=MONTHLY;BYMONTHDAY=1"},
        }
        async with connect() as client:
            result = await client.call_tool("add_task", arguments)
        assert not result.is_error
        assert result.structured_content is not None
        assert result.structured_content["number"] == 1
        assert result.structured_content["position"] == "a0"
        (request,) = task_service.requests
        assert (request.method, request.path) == ("POST", "/api/me/tasks")
        assert request.json_body == {
            "title": "pay rent",
            "due": {"date": "2026-04-01", "time": "09:00"},
            "reminders": [{"before": "PT1H"}],
            "recurrence": {"rule": "FREQ=MONTHLY;BYMONTHDAY=1", "mode": "schedule"},
        }

    async def test_passes_the_idempotency_key(
        self, connect: Connect, task_service: FakeTaskService
    ) -> None:
        task_service.answer(201, TASK)
        async with connect() as client:
            await client.call_tool("add_task", {"title": "x"}, meta={KEY: "k-1"})
            await client.call_tool("add_task", {"title": "x"})
        with_key, without = task_service.requests
        assert with_key.headers["Idempotency-Key"] == "k-1"
        assert "Idempotency-Key" not in without.headers

    @pytest.mark.parametrize("key", ["", "k" * 201, 7])
    async def test_refuses_an_unusable_key(
        self, connect: Connect, task_service: FakeTaskService, key: object
    ) -> None:
        async with connect() as client:
            result = await client.call_tool("add_task", {"title": "x"}, meta={KEY: key})
        assert result.is_error
        assert not task_service.requests

    @pytest.mark.parametrize(
        ("arguments", "named"),
        [
            ({"titel": "x"}, "titel: Extra inputs are not permitted"),
            ({"title": ""}, "title: String should have at least 1 character"),
            ({"title": "x", "due": {"date": "tomorrow"}}, "due.date"),
            ({"title": "x", "user_id": "bob"}, "user_id: Extra inputs are not permitted"),
            ({"title": "x", "reminders": [{"before": "1 hour"}]}, "reminders.0"),
            ({"title": "x", "due": {"date": "2026-03-01", "timezone": "z" * 65}}, "due.timezone"),
        ],
    )
    async def test_names_the_bad_argument(
        self,
        connect: Connect,
        task_service: FakeTaskService,
        arguments: dict[str, Any],
        named: str,
    ) -> None:
        async with connect() as client:
            result = await client.call_tool("add_task", arguments)
        assert result.is_error
        assert named in text(result)
        assert "pydantic" not in text(result)
        assert not task_service.requests

    async def test_a_title_that_looks_like_json_is_a_title(
        self, connect: Connect, task_service: FakeTaskService
    ) -> None:
        task_service.answer(201, TASK)
        async with connect() as client:
            await client.call_tool("add_task", {"title": "null", "description": "[1]"})
        assert task_service.requests[0].json_body == {"title": "null", "description": "[1]"}


class TestListTasks:
    async def test_passes_the_filters(
        self, connect: Connect, task_service: FakeTaskService
    ) -> None:
        task_service.answer(200, {"items": [TASK], "next_cursor": "c2"})
        async with connect() as client:
            result = await client.call_tool("list_tasks", {"due": "today", "q": "rent"})
        assert task_service.requests[0].params == {
            "status": "open",
            "q": "rent",
            "due": "today",
            "limit": "50",
        }
        assert result.structured_content is not None
        assert result.structured_content["next_cursor"] == "c2"
        assert result.structured_content["items"][0]["title"] == "pay rent"

    async def test_needs_only_the_reading_scope(
        self, connect: Connect, task_service: FakeTaskService
    ) -> None:
        task_service.answer(200, {"items": []})
        async with connect("ann|tasks:read|assistant") as client:
            listed = await client.call_tool("list_tasks", {})
            added = await client.call_tool("add_task", {"title": "x"})
        assert not listed.is_error
        assert claims(task_service)["scope"] == "tasks:read"
        assert text(added) == "This access does not allow that: it lacks tasks:write."


class TestCompleteTask:
    @pytest.mark.parametrize("id", [12, "12", ID])
    async def test_patches(
        self, connect: Connect, task_service: FakeTaskService, id: str | int
    ) -> None:
        task_service.answer(200, TASK | {"status": "done"})
        async with connect() as client:
            result = await client.call_tool("complete_task", {"id": id})
        assert not result.is_error
        (request,) = task_service.requests
        assert (request.method, request.path) == ("PATCH", f"/api/me/tasks/{id}/complete")
        assert request.json_body == {"completed": True}

    @pytest.mark.parametrize("id", ["0", "-1", "../settings", "1/../2", "rent", "", True])
    async def test_refuses_other_ids(
        self, connect: Connect, task_service: FakeTaskService, id: str
    ) -> None:
        async with connect() as client:
            result = await client.call_tool("complete_task", {"id": id})
        assert result.is_error
        assert not task_service.requests


class TestDeleteTask:
    async def test_names_what_was_deleted(
        self, connect: Connect, task_service: FakeTaskService
    ) -> None:
        task_service.answer(200, TASK)
        task_service.answer(204)
        async with connect() as client:
            result = await client.call_tool("delete_task", {"id": "1"})
        assert [request.method for request in task_service.requests] == ["GET", "DELETE"]
        assert result.structured_content == {
            "id": ID,
            "number": 1,
            "title": "pay rent",
            "deleted": True,
        }


class TestUpdateTask:
    async def test_null_clears_and_absent_leaves(
        self, connect: Connect, task_service: FakeTaskService
    ) -> None:
        task_service.answer(200, TASK)
        async with connect() as client:
            await client.call_tool("update_task", {"id": "1", "due": None, "title": "x"})
        (request,) = task_service.requests
        assert (request.method, request.path) == ("PATCH", "/api/me/tasks/1")
        assert request.json_body == {"due": None, "title": "x"}

    async def test_needs_a_change(self, connect: Connect) -> None:
        async with connect() as client:
            result = await client.call_tool("update_task", {"id": "1"})
        assert text(result) == "name at least one field to change"


class TestFailures:
    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            (httpx2.Response(404, json={"status": 404}), "There is no such task."),
            (
                httpx2.Response(
                    422, json={"errors": [{"field": "due.date", "message": "no such day"}]}
                ),
                "due.date: no such day",
            ),
            (httpx2.Response(409, json={"detail": "It has changed."}), "It has changed."),
            (httpx2.Response(500, json={"errorCode": "ERR_DIRECT_INVOKE"}), "does not answer"),
            (httpx2.Response(500, text="boom"), "Something went wrong"),
            (httpx2.Response(503, json={"status": 503}), "does not answer"),
            (Unavailable("task does not answer"), "does not answer"),
        ],
    )
    async def test_are_readable(
        self,
        connect: Connect,
        task_service: FakeTaskService,
        answer: httpx2.Response | Exception,
        said: str,
    ) -> None:
        task_service.answers.append(answer)
        async with connect() as client:
            result = await client.call_tool("complete_task", {"id": "1"})
        assert result.is_error
        assert said in text(result)
        assert "Error executing tool" not in text(result)

    async def test_an_answer_that_was_lost_is_not_called_a_failure(
        self, connect: Connect, task_service: FakeTaskService
    ) -> None:
        lost = Unavailable("task does not answer")
        lost.__cause__ = httpx2.ReadTimeout("slow")
        task_service.answers.append(lost)
        async with connect() as client:
            result = await client.call_tool("complete_task", {"id": "1"})
        assert "not certain" in text(result)


class TestToken:
    async def test_is_short_narrow_and_names_who_acts(
        self, connect: Connect, task_service: FakeTaskService
    ) -> None:
        task_service.answer(201, TASK)
        async with connect("ann|tasks:read tasks:write|agent:desktop") as client:
            await client.call_tool("add_task", {"title": "x"})
        minted = claims(task_service)
        assert minted["sub"] == "ann"
        assert minted["aud"] == "todoku"
        assert minted["iss"] == "http://127.0.0.1:8104"
        assert minted["scope"] == "tasks:write"
        assert minted["act"] == {"sub": "agent:desktop"}
        assert minted["iat"] == 1772352000  # the fixed clock
        assert minted["exp"] - minted["iat"] == 60


class TestSettingsResource:
    async def test_tells_zone_and_present(
        self, connect: Connect, task_service: FakeTaskService
    ) -> None:
        task_service.answer(200, {"timezone": "Asia/Karachi", "locale": "ur", "version": 3})
        async with connect() as client:
            (content,) = (await client.read_resource("todoku://me/settings")).contents
        assert content.model_dump()["text"] == (
            '{"timezone": "Asia/Karachi", "locale": "ur", "now": "2026-03-01T08:00:00+00:00"}'
        )

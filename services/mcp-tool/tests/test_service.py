"""A call that met a replica of task on its way out is made again, where that is harmless."""

import httpx2
import pytest
from mcp.server.mcpserver.exceptions import ToolError
from todoku_mcp.errors import AWAY
from todoku_mcp.service import READ, WRITE, Caller, Tasks
from todoku_mcp.tokens import Minter

GONE = {"errorCode": "ERR_DIRECT_INVOKE"}


def caller(key: str | None = None) -> Caller:
    return Caller("ann", frozenset({READ, WRITE}), "assistant", key)


@pytest.fixture
def tasks(task_service, minter: Minter) -> Tasks:
    return Tasks(task_service, minter, pauses=(0, 0))


class TestReplicaThatEnds:
    async def test_a_read_is_made_again(self, tasks, task_service):
        task_service.answers += [httpx2.Response(500, json=GONE), httpx2.Response(200, json={})]
        assert await tasks.read(caller(), "/tasks") == {}
        assert len(task_service.requests) == 2

    async def test_so_is_a_write_with_a_key(self, tasks, task_service):
        task_service.answers += [httpx2.Response(500, json=GONE), httpx2.Response(200, json={})]
        await tasks.write(caller("k1"), "POST", "/tasks", {"title": "x"})
        first, second = task_service.requests
        assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"] == "k1"

    async def test_a_write_without_one_is_not(self, tasks, task_service):
        task_service.answers += [httpx2.Response(500, json=GONE)]
        with pytest.raises(ToolError, match="does not answer"):
            await tasks.write(caller(), "POST", "/tasks", {"title": "x"})
        assert len(task_service.requests) == 1

    async def test_what_task_itself_answers_stands(self, tasks, task_service):
        task_service.answers += [httpx2.Response(500, text="boom")]
        with pytest.raises(ToolError):
            await tasks.read(caller(), "/tasks")
        assert len(task_service.requests) == 1

    async def test_it_ends_somewhere(self, tasks, task_service):
        task_service.answers += [httpx2.Response(500, json=GONE)] * 3
        with pytest.raises(ToolError, match=AWAY.split(".")[0]):
            await tasks.read(caller(), "/tasks")
        assert len(task_service.requests) == 3

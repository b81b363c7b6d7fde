"""Commands about successors, in every order the wire may choose, on a real PostgreSQL."""

from itertools import permutations
from uuid import uuid4

import pytest
from todoku_platform.ids import new_id
from todoku_platform.inbox import Outcome

pytestmark = pytest.mark.postgres
DUE = {"date": "2026-03-02", "time": "09:00", "timezone": None}
NEXT = DUE | {"date": "2026-03-09"}
WEEKLY = {"rule": "FREQ=WEEKLY", "mode": "completion"}


class Series:
    """A repeating task, and the commands recurring-task would send about its successor."""

    def __init__(self, client, app, user_id, task):
        self.client, self.app, self.user_id, self.task = client, app, user_id, task
        self.successor = str(uuid4())

    async def complete(self, completed: bool) -> int:
        path = f"/tasks/{self.task['id']}/complete"
        answer = await self.client.patch(path, json={"completed": completed})
        return answer.json()["version"]

    def create(self, sequence: int, **fields) -> dict:
        task = {name: self.task[name] for name in ("title", "description", "priority", "tags")}
        task |= {name: self.task[name] for name in ("list_id", "reminders", "recurrence")}
        task |= {"id": self.successor, "due": NEXT, "series_id": self.task["series_id"]}
        task |= {"predecessor_id": self.task["id"]} | fields
        return self.envelope("create", sequence, {"task": task})

    def withdraw(self, sequence: int, untouched_only: bool = True) -> dict:
        data = {"id": self.successor, "predecessor_id": self.task["id"]}
        return self.envelope("delete", sequence, data | {"untouched_only": untouched_only})

    def envelope(self, command: str, sequence: int, data: dict) -> dict:
        return {
            "specversion": "1.0",
            "id": str(new_id()),
            "type": f"dev.todoku.task.{command}.v1",
            "source": "/todoku/recurring-task",
            "subject": f"users/{self.user_id}/tasks/{self.successor}",
            "time": "2026-03-02T12:00:00Z",
            "sequence": str(sequence),
            "correlationid": "c1",
            "actor": "system:recurring-task",
            "data": data,
        }

    async def send(self, message: dict) -> Outcome:
        outcome, _ = await self.app.state.context.dispatcher.dispatch("task-commands", message)
        return outcome

    async def open_titles(self) -> list[str]:
        answer = await self.client.get("/tasks?status=open")
        return [task["title"] for task in answer.json()["items"]]

    async def found(self) -> dict:
        return (await self.client.get(f"/tasks/{self.successor}")).json()


@pytest.fixture
async def series(client, app, user_id, add):
    return Series(client, app, user_id, await add(due=DUE, recurrence=WEEKLY))


class TestCreate:
    async def test_the_successor(self, series):
        assert await series.send(series.create(await series.complete(True))) is Outcome.SUCCESS
        made = await series.found()
        assert (made["number"], made["due"], made["version"]) == (2, NEXT, 1)
        assert made["series_id"] == series.task["series_id"]
        assert made["predecessor_id"] == series.task["id"]
        assert made["source"] == "system:recurring-task"
        history = await series.client.get(f"/tasks/{series.successor}/history")
        assert history.json()["items"][0]["correlation_id"] == "c1"

    async def test_repeated_and_redelivered(self, series):
        version = await series.complete(True)
        message = series.create(version)
        for each in (message, message, series.create(version)):
            assert await series.send(each) is Outcome.SUCCESS
        assert (await series.found())["version"] == 1

    async def test_not_while_the_predecessor_is_open(self, series):
        assert await series.send(series.create(1)) is Outcome.SUCCESS
        assert await series.open_titles() == ["pay rent"]

    async def test_without_a_predecessor(self, series):
        message = series.create(2, predecessor_id=str(uuid4()))
        assert await series.send(message) is Outcome.DROP

    async def test_for_another_user(self, series):
        message = series.create(await series.complete(True))
        message["subject"] = f"users/someone-{uuid4()}/tasks/{series.successor}"
        assert await series.send(message) is Outcome.DROP
        assert await series.open_titles() == []

    async def test_malformed(self, series):
        message = series.create(2)
        del message["data"]["task"]["title"]
        assert await series.send(message) is Outcome.DROP


class TestOrders:
    async def test_done_undone_done_ends_with_one(self, client, app, user_id, add):
        for order in permutations(range(3)):
            series = Series(client, app, user_id, await add(due=DUE, recurrence=WEEKLY))
            first = await series.complete(True)
            second = await series.complete(False)
            third = await series.complete(True)
            later = DUE | {"date": "2026-03-10"}
            messages = [
                series.create(first),
                series.withdraw(second),
                series.create(third, due=later),
            ]
            for index in order:
                assert await series.send(messages[index]) is Outcome.SUCCESS
            # The due is that of the newest completion, whichever command came first.
            assert (await series.found())["due"] == later, order
            await client.delete(f"/tasks/{series.successor}")
        assert await series.open_titles() == []

    async def test_as_they_happen(self, series):
        await series.send(series.create(await series.complete(True)))
        await series.send(series.withdraw(await series.complete(False)))
        assert await series.open_titles() == ["pay rent"]
        assert (await series.client.get("/tasks?deleted=true")).json()["items"] == []
        assert (await series.client.get(f"/tasks/{series.successor}")).status_code == 404
        await series.send(series.create(await series.complete(True)))
        assert (await series.found())["version"] == 3
        await series.send(series.withdraw(await series.complete(False)))
        assert await series.open_titles() == ["pay rent"]

    async def test_a_changed_successor_stays(self, series):
        await series.send(series.create(await series.complete(True)))
        await series.client.patch(f"/tasks/{series.successor}", json={"title": "mine"})
        await series.send(series.withdraw(await series.complete(False)))
        await series.send(series.create(await series.complete(True), due=DUE))
        kept = await series.found()
        assert (kept["title"], kept["due"]) == ("mine", NEXT)

    async def test_a_deleted_successor_stays_deleted(self, series):
        version = await series.complete(True)
        await series.send(series.create(version))
        await series.client.delete(f"/tasks/{series.successor}")
        await series.send(series.create(version + 1))
        assert await series.open_titles() == []

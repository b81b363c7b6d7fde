from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from fastapi import FastAPI
from todoku_platform.ids import new_id
from todoku_platform.saving import ChangeSet, Key
from todoku_platform.storage import Storage
from todoku_recurring.repository import SeriesStore

START = {"date": "2026-01-31", "time": "06:45", "timezone": "Europe/Berlin"}
NEXT = {"rule": "FREQ=DAILY", "due": START, "completed_at": "2026-02-03T12:00:00Z"}


async def refused(client: httpx2.AsyncClient, path: str, body: Any) -> dict[str, str]:
    answer = await client.post(path, json=body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, str] = answer.json()["errors"][0]
    return found


class TestPreview:
    async def test_clamps_by_default(self, pure: httpx2.AsyncClient) -> None:
        body = {"rule": "FREQ=MONTHLY", "start": START, "count": 3}
        answer = await pure.post("/recurrence/preview", json=body)
        assert answer.json() == {
            "occurrences": [
                {**START, "at": "2026-01-31T05:45:00Z"},
                {**START, "date": "2026-02-28", "at": "2026-02-28T05:45:00Z"},
                {**START, "date": "2026-03-31", "at": "2026-03-31T04:45:00Z"},
            ]
        }

    async def test_plain_rfc_on_request(self, pure: httpx2.AsyncClient) -> None:
        body = {"rule": "FREQ=MONTHLY", "start": START, "count": 2, "clamp": False}
        found = (await pure.post("/recurrence/preview", json=body)).json()["occurrences"]
        assert [each["date"] for each in found] == ["2026-01-31", "2026-03-31"]

    async def test_after_and_the_note_of_a_clock_change(self, pure: httpx2.AsyncClient) -> None:
        start = START | {"time": "02:30"}
        body = {"rule": "FREQ=DAILY", "start": start, "count": 2, "after": "2026-03-28T12:00:00Z"}
        found = (await pure.post("/recurrence/preview", json=body)).json()["occurrences"]
        assert [each["at"] for each in found] == ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]
        assert "02:30 does not exist on 2026-03-29" in found[0]["note"]
        assert "note" not in found[1]

    @pytest.mark.parametrize(
        ("changed", "field", "message"),
        [
            ({"rule": "FREQ=SECONDLY"}, "rule", "finest frequency is HOURLY"),
            ({"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "rule", "No date"),
            ({"rule": "FREQ=DAILY;FOO=1"}, "rule", "FOO is not a part"),
            ({"rule": "F" * 501}, "rule", "at most 500"),
            ({"rule": None}, "rule", "valid string"),
            ({"start": {"date": "2026-02-30"}}, "start", "not a date of the calendar"),
            ({"start": START | {"timezone": "Mars/Olympus"}}, "start", "not a known time zone"),
            ({"start": START | {"hour": 1}}, "start.hour", "not permitted"),
            ({"count": 101}, "count", "less than or equal to 100"),
            ({"count": 0}, "count", "greater than or equal to 1"),
            ({"count": "5"}, "count", "valid integer"),
            ({"after": "yesterday"}, "after", "RFC 3339"),
            ({"after": "2026-01-01T00:00:00"}, "after", "RFC 3339"),
            ({"after": "9999-12-31T23:59:59-12:00"}, "after", "years 1900 to 9000"),
            ({"clamp": "no"}, "clamp", "valid boolean"),
            ({"user_id": "someone-else"}, "user_id", "not permitted"),
        ],
    )
    async def test_refusals_name_the_field(
        self, pure: httpx2.AsyncClient, changed: dict[str, Any], field: str, message: str
    ) -> None:
        body = {"rule": "FREQ=DAILY", "start": START, "count": 2} | changed
        error = await refused(pure, "/recurrence/preview", body)
        assert error["field"] == field
        assert message in error["message"]


class TestNext:
    async def test_schedule_with_what_was_missed(self, pure: httpx2.AsyncClient) -> None:
        answer = await pure.post("/recurrence/next", json=NEXT | {"mode": "schedule"})
        assert answer.json()["next"] == {
            **START,
            "date": "2026-02-04",
            "at": "2026-02-04T05:45:00Z",
        }
        assert [each["date"] for each in answer.json()["missed"]] == [
            "2026-02-01",
            "2026-02-02",
            "2026-02-03",
        ]

    async def test_completion(self, pure: httpx2.AsyncClient) -> None:
        body = NEXT | {"mode": "completion", "rule": "FREQ=DAILY;INTERVAL=3"}
        answer = await pure.post("/recurrence/next", json=body)
        assert answer.json()["next"]["date"] == "2026-02-06"
        assert answer.json()["missed"] == []

    async def test_the_anchor_day(self, pure: httpx2.AsyncClient) -> None:
        due = START | {"date": "2026-02-28"}
        body = {"rule": "FREQ=MONTHLY", "mode": "schedule", "due": due, "anchor": START}
        answer = await pure.post(
            "/recurrence/next", json=body | {"completed_at": "2026-02-28T12:00:00Z"}
        )
        assert answer.json()["next"]["date"] == "2026-03-31"

    async def test_the_end_is_null(self, pure: httpx2.AsyncClient) -> None:
        answer = await pure.post("/recurrence/next", json=NEXT | {"rule": "FREQ=DAILY;COUNT=1"})
        assert answer.json() == {"next": None, "missed": []}

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"rule": "FREQ=MINUTELY"}, "rule"),
            ({"mode": "sometimes"}, "mode"),
            ({"due": {"date": "2026-13-01"}}, "due"),
            ({"anchor": {"date": "x"}}, "anchor"),
            ({"completed_at": None}, "completed_at"),
        ],
    )
    async def test_refusals_name_the_field(
        self, pure: httpx2.AsyncClient, changed: dict[str, Any], field: str
    ) -> None:
        assert (await refused(pure, "/recurrence/next", NEXT | changed))["field"] == field


class TestIdentity:
    @pytest.mark.parametrize(
        ("headers", "path", "status"),
        [
            ({"Authorization": ""}, "me", 401),
            ({"Authorization": "Bearer expired"}, "me", 401),
            ({"Authorization": "Bearer someone:tasks:none"}, "me", 403),
            ({}, "someone-else", 404),
            ({}, "someone", 200),
        ],
    )
    async def test_every_operation_is_guarded(
        self, pure: httpx2.AsyncClient, headers: dict[str, str], path: str, status: int
    ) -> None:
        base = f"http://recurring-task/api/{path}"
        preview = {"rule": "FREQ=DAILY", "start": START}
        for made in (
            pure.post(f"{base}/recurrence/preview", json=preview, headers=headers),
            pure.post(f"{base}/recurrence/next", json=NEXT, headers=headers),
        ):
            assert (await made).status_code == status
        if status != 200:
            for path_ in ("series", f"series/{uuid4()}"):
                assert (await pure.get(f"{base}/{path_}", headers=headers)).status_code == status


@pytest.fixture
async def other(app: FastAPI, user_id: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app),
        base_url="http://recurring-task/api/me",
        headers={"Authorization": f"Bearer {user_id}-other"},
    ) as made:
        yield made


@pytest.mark.postgres
class TestStored:
    async def found(self, storage: Storage, user_id: str, series_id: UUID) -> None:
        due = {"date": "2026-05-04", "time": "09:00", "timezone": None}
        stamp = {"created_at": "2026-05-01T08:00:00Z", "updated_at": "2026-05-01T08:00:00Z"}
        task_id = uuid4()
        series = {
            "id": series_id, "user_id": user_id, "rule": "FREQ=WEEKLY", "mode": "schedule",
            "anchor": due, "current_task_id": task_id, "version": 1,
        }  # fmt: skip
        occurrence = {
            "id": task_id, "user_id": user_id, "series_id": series_id, "due": due, "slot": due,
            "due_at": "2026-05-04T07:00:00Z", "status": "open", "completed_at": None,
            "task_sequence": 1, "version": 1,
        }  # fmt: skip
        rows = {"series": [series | stamp], "occurrences": [occurrence]}
        key = Key("test", str(series_id))
        assert await SeriesStore(storage).save(ChangeSet(user_id, rows), key)

    async def test_one_series_with_its_occurrences(
        self,
        client: httpx2.AsyncClient,
        other: httpx2.AsyncClient,
        storage: Storage,
        user_id: str,
    ) -> None:
        series_id = new_id()
        await self.found(storage, user_id, series_id)
        answer = await client.get(f"/series/{series_id}")
        assert answer.status_code == 200
        assert answer.json()["rule"] == "FREQ=WEEKLY"
        assert answer.json()["timezone"] == "UTC"
        assert [each["status"] for each in answer.json()["occurrences"]] == ["open"]
        assert (await other.get(f"/series/{series_id}")).status_code == 404
        assert (await other.get("/series")).json() == {"items": [], "next_cursor": None}

    async def test_pages_in_the_order_of_making(
        self, client: httpx2.AsyncClient, storage: Storage, user_id: str
    ) -> None:
        made = [new_id() for _ in range(3)]
        for series_id in made:
            await self.found(storage, user_id, series_id)
        first = (await client.get("/series", params={"limit": 2})).json()
        rest = (await client.get("/series", params={"cursor": first["next_cursor"]})).json()
        found = [each["id"] for each in first["items"] + rest["items"]]
        assert (found, rest["next_cursor"]) == ([str(each) for each in made], None)
        assert (await client.get("/series", params={"limit": 201})).status_code == 422

    async def test_a_floating_start_is_read_in_the_users_zone(
        self, client: httpx2.AsyncClient, storage: Storage, user_id: str
    ) -> None:
        zone = {"id": user_id, "user_id": user_id, "timezone": "Asia/Karachi", "sequence": 1}
        await SeriesStore(storage).save_zone(
            ChangeSet(user_id, {"zones": [zone | {"version": 1}]}), Key("test", "zone")
        )
        body = {"rule": "FREQ=DAILY", "start": {"date": "2026-05-04", "time": "09:00"}, "count": 1}
        answer = await client.post("/recurrence/preview", json=body)
        assert answer.json() == {
            "occurrences": [{"date": "2026-05-04", "time": "09:00", "at": "2026-05-04T04:00:00Z"}]
        }

"""`POST /chatkit`: the protocol, as a browser speaks it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from agents.testing import assistant_message, function_call

# Made in conftest.py, from which tests import nothing.
type World = Any
type ReadEvents = Any


def typed(text: str) -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    return {"content": content, "attachments": [], "inference_options": {}}


def of_type(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["type"] == kind]


async def ask_to_delete(world: World, read_events: ReadEvents) -> dict[str, Any]:
    world.tasks.add("pay rent")
    world.script(
        [function_call("list_tasks", {}, call_id="c1")],
        [function_call("delete_task", {"id": "1"}, call_id="c2")],
    )
    events = read_events(await world.chatkit("threads.create", input=typed("delete rent")))
    widget: dict[str, Any] = of_type(events, "thread.item.done")[-1]["item"]
    return widget


class TestStreaming:
    async def test_a_new_thread_streams_its_answer(
        self, world: World, read_events: ReadEvents
    ) -> None:
        world.script(
            [function_call("add_task", {"title": "x"}, call_id="c1")], [assistant_message("Added.")]
        )
        answer = await world.chatkit("threads.create", input=typed("add x"))
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["x-accel-buffering"] == "no"
        assert answer.headers["cache-control"] == "no-cache, no-transform"
        events = read_events(answer)
        kinds = [event["type"] for event in events]
        assert kinds[0] == "thread.created"
        assert "progress_update" in kinds
        deltas = [
            event["update"]["delta"]
            for event in of_type(events, "thread.item.updated")
            if event["update"]["type"].endswith("text_delta")
        ]
        assert "".join(deltas) == "Added."
        user, assistant = of_type(events, "thread.item.done")
        assert user["item"]["type"] == "user_message"
        assert assistant["item"]["content"][0]["text"] == "Added."
        assert of_type(events, "thread.updated")[-1]["thread"]["title"] == "add x"

    async def test_ids_are_uuids_and_times_are_aware(
        self, world: World, read_events: ReadEvents
    ) -> None:
        world.script([assistant_message("hello")])
        events = read_events(await world.chatkit("threads.create", input=typed("hi")))
        thread = events[0]["thread"]
        items = [event["item"] for event in of_type(events, "thread.item.done")]
        for made in (thread, *items):
            assert UUID(made["id"]).version == 7
            assert made["created_at"].endswith(("Z", "+00:00"))

    async def test_two_messages_of_one_turn_do_not_overwrite_each_other(
        self, world: World, read_events: ReadEvents
    ) -> None:
        world.script(
            [assistant_message("Let me look."), function_call("list_tasks", {}, call_id="c1")],
            [assistant_message("Nothing there.")],
        )
        events = read_events(await world.chatkit("threads.create", input=typed("what is due?")))
        done = [event["item"] for event in of_type(events, "thread.item.done")]
        said = [item for item in done if item["type"] == "assistant_message"]
        assert [item["content"][0]["text"] for item in said] == ["Let me look.", "Nothing there."]
        assert len({item["id"] for item in said}) == 2

    async def test_a_second_message_goes_on(self, world: World, read_events: ReadEvents) -> None:
        world.script([assistant_message("hello")], [assistant_message("fine")])
        events = read_events(await world.chatkit("threads.create", input=typed("hi")))
        id = events[0]["thread"]["id"]  # noqa: A001 - the protocol's word
        await world.chatkit("threads.add_user_message", thread_id=id, input=typed("how are you?"))
        assert [item["content"] for item in world.model.last_call.input] == [
            "hi",
            "hello",
            "how are you?",
        ]
        shown = (await world.chatkit("items.list", thread_id=id, order="asc")).json()
        assert len(shown["data"]) == 4

    async def test_the_turn_ends_though_nobody_listens(
        self, world: World, read_events: ReadEvents
    ) -> None:
        world.script([assistant_message("hello")])
        async with world.running():
            asked = asyncio.create_task(world.chatkit("threads.create", input=typed("hi")))
            await world.conversations.created.wait()
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)
            await world.parts.streams.finish()
        (items,) = world.conversations.stored_items.values()
        assert [item["type"] for item in items.values()] == ["user_message", "assistant_message"]

    @pytest.mark.parametrize(
        ("status", "said"), [(401, "sign-in has expired"), (503, "cannot be reached")]
    )
    async def test_trouble_is_said_in_the_stream(
        self, world: World, read_events: ReadEvents, status: int, said: str
    ) -> None:
        world.gate.status = status
        events = read_events(await world.chatkit("threads.create", input=typed("hi")))
        (error,) = of_type(events, "error")
        assert said in error["message"]


class TestThreads:
    async def thread(self, world: World, read_events: ReadEvents) -> str:
        world.script([assistant_message("hello")])
        events = read_events(await world.chatkit("threads.create", input=typed("hi")))
        return str(events[0]["thread"]["id"])

    async def test_are_listed_newest_first_in_pages(
        self, world: World, read_events: ReadEvents
    ) -> None:
        made = [await self.thread(world, read_events) for _ in range(3)]
        page = (await world.chatkit("threads.list", limit=2)).json()
        assert [thread["id"] for thread in page["data"]] == [made[2], made[1]]
        assert page["has_more"]
        rest = (await world.chatkit("threads.list", limit=2, after=page["after"])).json()
        assert [thread["id"] for thread in rest["data"]] == [made[0]]
        assert not rest["has_more"]

    async def test_are_renamed(self, world: World, read_events: ReadEvents) -> None:
        id_ = await self.thread(world, read_events)
        await world.chatkit("threads.update", thread_id=id_, title="Rent")
        assert (await world.chatkit("threads.get_by_id", thread_id=id_)).json()["title"] == "Rent"

    async def test_are_deleted(self, world: World, read_events: ReadEvents) -> None:
        id_ = await self.thread(world, read_events)
        await world.chatkit("threads.delete", thread_id=id_)
        assert (await world.chatkit("threads.get_by_id", thread_id=id_)).status_code == 404
        assert (await world.chatkit("threads.list")).json()["data"] == []

    @pytest.mark.parametrize(
        ("kind", "params"),
        [
            ("threads.get_by_id", {}),
            ("threads.add_user_message", {"input": typed("hi")}),
            ("threads.update", {"title": "x"}),
            ("threads.custom_action", {"action": {"type": "approval.confirm"}}),
            ("threads.retry_after_item", {"item_id": "0190a000-0000-7000-8000-000000000001"}),
        ],
    )
    async def test_of_others_and_unknown_ones_are_404(
        self, world: World, read_events: ReadEvents, kind: str, params: dict[str, Any]
    ) -> None:
        theirs = await self.thread(world, read_events)
        for id_ in (theirs, "0190a000-0000-7000-8000-000000000001", "thr_1"):
            answer = await world.chatkit(kind, user="bob", thread_id=id_, **params)
            assert answer.status_code == 404

    async def test_deleting_another_s_deletes_nothing(
        self, world: World, read_events: ReadEvents
    ) -> None:
        theirs = await self.thread(world, read_events)
        await world.chatkit("threads.delete", user="bob", thread_id=theirs)
        assert (await world.chatkit("threads.get_by_id", thread_id=theirs)).status_code == 200


class TestApproval:
    async def test_is_a_widget_with_two_buttons(
        self, world: World, read_events: ReadEvents
    ) -> None:
        item = await ask_to_delete(world, read_events)
        assert item["type"] == "widget"
        card = item["widget"]
        assert card["children"][0]["value"] == "Delete “pay rent”?"
        assert card["children"][1]["value"] == "1 · pay rent"
        assert card["confirm"]["action"]["type"] == "approval.confirm"
        assert card["cancel"]["action"]["type"] == "approval.cancel"
        assert world.tasks.titles == ["pay rent"]

    async def click(self, world: World, item: dict[str, Any], button: str, **who: str) -> Any:
        return await world.chatkit(
            "threads.custom_action",
            thread_id=item["thread_id"],
            item_id=item["id"],
            action=item["widget"][button]["action"],
            **who,
        )

    async def test_confirming_deletes_and_settles_the_widget(
        self, world: World, read_events: ReadEvents
    ) -> None:
        item = await ask_to_delete(world, read_events)
        world.script([assistant_message("Deleted “pay rent”.")])
        events = read_events(await self.click(world, item, "confirm"))
        (replaced,) = of_type(events, "thread.item.replaced")
        assert "confirm" not in replaced["item"]["widget"]
        assert replaced["item"]["widget"]["status"]["text"] == "Confirmed"
        (done,) = of_type(events, "thread.item.done")
        assert done["item"]["content"][0]["text"] == "Deleted “pay rent”."
        assert world.tasks.titles == []

    async def test_cancelling_changes_nothing(self, world: World, read_events: ReadEvents) -> None:
        item = await ask_to_delete(world, read_events)
        world.script([assistant_message("Kept.")])
        events = read_events(await self.click(world, item, "cancel"))
        (replaced,) = of_type(events, "thread.item.replaced")
        assert replaced["item"]["widget"]["status"]["text"].startswith("Cancelled")
        assert world.tasks.titles == ["pay rent"]

    async def test_a_second_click_says_so(self, world: World, read_events: ReadEvents) -> None:
        item = await ask_to_delete(world, read_events)
        world.script([assistant_message("Kept.")])
        await self.click(world, item, "cancel")
        events = read_events(await self.click(world, item, "confirm"))
        (error,) = of_type(events, "error")
        assert error["message"] == "That question was already answered."
        assert world.tasks.titles == ["pay rent"]

    async def test_a_late_click_says_so(self, world: World, read_events: ReadEvents) -> None:
        item = await ask_to_delete(world, read_events)
        world.clock.advance(timedelta(hours=1))
        events = read_events(await self.click(world, item, "confirm"))
        (replaced,) = of_type(events, "thread.item.replaced")
        assert replaced["item"]["widget"]["status"]["text"].startswith("Expired")
        assert "expired" in of_type(events, "error")[0]["message"]
        assert world.tasks.titles == ["pay rent"]

    async def test_another_user_s_click_is_404(self, world: World, read_events: ReadEvents) -> None:
        item = await ask_to_delete(world, read_events)
        assert (await self.click(world, item, "confirm", user="bob")).status_code == 404
        assert world.tasks.titles == ["pay rent"]


class TestBadRequests:
    @pytest.mark.parametrize(
        "body",
        [
            {"type": "attachments.create", "params": {"name": "x", "size": 1, "mime_type": "x"}},
            {"type": "nonsense", "params": {}},
            {"type": "threads.create", "params": {}},
            {"type": "threads.create", "params": {"input": typed("x" * 20_000)}},
            {"type": "threads.create", "params": {"input": typed("x\0y")}},
            {"type": "threads.update", "params": {"thread_id": "x", "title": "x" * 201}},
            {"type": "threads.update", "params": {"thread_id": "x", "title": ""}},
            {"params": {}},
            [],
        ],
    )
    async def test_are_422(self, world: World, body: Any) -> None:
        answer = await world.post("/chatkit", body)
        assert answer.status_code == 422
        assert answer.json()["errors"]

    async def test_a_long_message_in_another_script_is_not_too_long(
        self, world: World, read_events: ReadEvents
    ) -> None:
        world.script([assistant_message("ok")])
        answer = await world.chatkit("threads.create", input=typed("کرایہ " * 800))
        assert answer.status_code == 200
        assert of_type(read_events(answer), "thread.item.done")

    @pytest.mark.parametrize("depth", [900, 100_000])
    async def test_deep_nesting_is_refused(self, world: World, depth: int) -> None:
        nested = "[" * depth + "]" * depth
        body = f'{{"type": "threads.list", "params": {{}}, "metadata": {{"x": {nested}}}}}'
        answer = await world.post(
            "/chatkit", None, content=body, **{"Content-Type": "application/json"}
        )
        assert answer.status_code in (400, 422)

    async def test_without_a_token_is_401(self, world: World) -> None:
        assert (await world.post("/chatkit", {}, user=None)).status_code == 401

    async def test_without_the_scope_is_403(self, world: World, make_token: Any) -> None:
        bearer = {"Authorization": f"Bearer {make_token('ann', scope='openid')}"}
        body = {"type": "threads.list", "params": {}}
        assert (await world.post("/chatkit", body, user=None, **bearer)).status_code == 403

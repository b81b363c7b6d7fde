"""`POST /api/{u}/chat`: one request, one turn."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from agents.testing import assistant_message, function_call

# Made in conftest.py, from which tests import nothing.
type World = Any


def delete_rent(world: World) -> None:
    world.tasks.add("pay rent")
    world.script(
        [function_call("list_tasks", {"q": "rent"}, call_id="c1")],
        [function_call("delete_task", {"id": "1"}, call_id="c2")],
    )


class TestSay:
    async def test_answers_with_what_the_tools_did(self, world: World) -> None:
        world.script(
            [function_call("add_task", {"title": "pay rent"}, call_id="c1")],
            [assistant_message("Added “pay rent” as task 1.")],
        )
        answer = await world.post("/api/me/chat", {"message": "add pay rent"})
        assert answer.status_code == 200
        body = answer.json()
        assert body["conversation_id"] == 1
        assert body["response"] == "Added “pay rent” as task 1."
        (call,) = body["tool_calls"]
        assert call["name"] == "add_task"
        assert call["arguments"] == {"title": "pay rent"}
        assert call["result"]["number"] == 1
        assert world.tasks.titles == ["pay rent"]

    async def test_the_tools_act_for_the_token_s_user_with_a_key(self, world: World) -> None:
        world.script(
            [function_call("add_task", {"title": "x"}, call_id="c1")], [assistant_message("ok")]
        )
        await world.post("/api/me/chat", {"message": "add x"}, user="bob")
        ((_, _, user, key),) = world.tasks.calls
        assert user == "bob"
        assert len(key) == 64

    async def test_a_repeated_request_gives_its_commands_the_same_keys(self, world: World) -> None:
        """The first one's answer was never stored: it was killed, or still runs."""
        for attempt in ("first", "second"):
            world.script(
                [
                    function_call("add_task", {"title": "x"}, call_id=f"{attempt}-1"),
                    function_call("add_task", {"title": "y"}, call_id=f"{attempt}-2"),
                ],
                [assistant_message("ok")],
            )
            repeat = {"Idempotency-Key": "k1"}
            await world.post("/api/me/chat", {"message": "add x and y"}, **repeat)
        keys = [key for _, _, _, key in world.tasks.calls]
        assert keys[:2] == keys[2:]
        assert len(set(keys)) == 2

    async def test_without_a_key_each_request_is_its_own(self, world: World) -> None:
        for call_id in ("c1", "c2"):
            world.script(
                [function_call("add_task", {"title": "x"}, call_id=call_id)],
                [assistant_message("ok")],
            )
            await world.post("/api/me/chat", {"message": "add x"})
        first, second = (key for _, _, _, key in world.tasks.calls)
        assert first != second

    async def test_tells_the_model_zone_and_present(self, world: World) -> None:
        world.script([assistant_message("hello")])
        await world.post("/api/me/chat", {"message": "hi"})
        instructions = world.model.last_call.system_instructions.splitlines()
        assert "timezone: Asia/Karachi" in instructions
        assert "now: 2026-03-01T08:00:00+00:00" in instructions

    async def test_goes_on_with_plain_history(self, world: World) -> None:
        world.script(
            [function_call("add_task", {"title": "x"}, call_id="c1")], [assistant_message("Added.")]
        )
        await world.post("/api/me/chat", {"message": "add x"})
        world.script([assistant_message("You are welcome.")])
        again = await world.post("/api/me/chat", {"conversation_id": 1, "message": "thanks"})
        assert again.json()["conversation_id"] == 1
        said = world.model.last_call.input
        kinds = [item.get("role") or item["type"] for item in said]
        assert kinds == ["user", "function_call", "function_call_output", "assistant", "user"]
        assert said[3] == {"role": "assistant", "content": "Added."}
        assert all("id" not in item for item in said)

    async def test_is_seen_in_the_chat_too(self, world: World) -> None:
        world.script([assistant_message("hello")])
        await world.post("/api/me/chat", {"message": "hi"})
        (thread,) = (await world.chatkit("threads.list")).json()["data"]
        assert thread["title"] == "hi"
        shown = (await world.chatkit("threads.get_by_id", thread_id=thread["id"])).json()
        assert [item["type"] for item in shown["items"]["data"]] == [
            "user_message",
            "assistant_message",
        ]

    @pytest.mark.parametrize("number", [2, 99999])
    async def test_an_unknown_conversation_is_404(self, world: World, number: int) -> None:
        answer = await world.post("/api/me/chat", {"conversation_id": number, "message": "hi"})
        assert answer.status_code == 404

    async def test_another_s_conversation_is_404(self, world: World) -> None:
        world.script([assistant_message("hello")])
        await world.post("/api/me/chat", {"message": "hi"})
        answer = await world.post(
            "/api/me/chat", {"conversation_id": 1, "message": "hi"}, user="bob"
        )
        assert answer.status_code == 404

    async def test_another_user_in_the_path_is_404(self, world: World) -> None:
        assert (await world.post("/api/bob/chat", {"message": "hi"})).status_code == 404

    async def test_without_a_token_is_401(self, world: World) -> None:
        assert (await world.post("/api/me/chat", {"message": "hi"}, user=None)).status_code == 401

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"message": ""}, "message"),
            ({"message": "  "}, "message"),
            ({"message": "x" * 5001}, "message"),
            ({"message": "x\0y"}, "message"),
            ({"message": "x\x1by"}, "message"),
            ({"message": "x", "conversation_id": "one"}, "conversation_id"),
            ({"message": "x", "conversation_id": 0}, "conversation_id"),
            ({"message": "x", "user_id": "bob"}, "user_id"),
            ({}, "message"),
        ],
    )
    async def test_names_the_bad_field(
        self, world: World, body: dict[str, Any], field: str
    ) -> None:
        answer = await world.post("/api/me/chat", body)
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == [field]

    async def test_turns_at_once_are_both_kept_whole(self, world: World) -> None:
        world.script([assistant_message("hello")])
        await world.post("/api/me/chat", {"message": "hi"})
        world.script([assistant_message("one")], [assistant_message("two")])
        async with world.running():
            both = [
                world.post("/api/me/chat", {"conversation_id": 1, "message": message})
                for message in ("first", "second")
            ]
            answers = await asyncio.gather(*both)
        assert {answer.status_code for answer in answers} == {200}
        (turns,) = world.conversations.turns.values()
        assert [[message["role"] for message in turn] for turn in turns] == [
            ["user", "assistant"]
        ] * 3

    async def test_a_tool_that_does_not_exist_ends_nothing(self, world: World) -> None:
        world.script(
            [function_call("drop_database", {}, call_id="c1")], [assistant_message("I cannot.")]
        )
        answer = await world.post("/api/me/chat", {"message": "drop it"})
        assert answer.json()["response"] == "I cannot."


class TestTroubles:
    @pytest.mark.parametrize(
        ("status", "expected", "said"),
        [(401, 401, "sign-in has expired"), (503, 503, "cannot be reached")],
    )
    async def test_the_tools_door_is_shut(
        self, world: World, status: int, expected: int, said: str
    ) -> None:
        world.gate.status = status
        answer = await world.post("/api/me/chat", {"message": "hi"})
        assert answer.status_code == expected
        assert said in answer.json()["detail"]

    async def test_the_task_service_is_away(self, world: World) -> None:
        world.tasks.away = True
        world.script(
            [function_call("add_task", {"title": "x"}, call_id="c1")],
            [assistant_message("Not added.")],
        )
        answer = await world.post("/api/me/chat", {"message": "add x"})
        (call,) = answer.json()["tool_calls"]
        assert "does not answer" in call["result"]

    async def test_the_model_fails_after_a_tool_ran(self, world: World) -> None:
        """What was done stays known, and the user is told."""
        from openai import OpenAIError

        world.script(
            [function_call("add_task", {"title": "x"}, call_id="c1")], OpenAIError("no quota")
        )
        answer = await world.post("/api/me/chat", {"message": "add x"})
        assert answer.status_code == 503
        assert "does not answer" in answer.json()["detail"]
        ((turn,),) = world.conversations.turns.values()
        kinds = [message.get("role") or message["type"] for message in turn]
        assert kinds == ["user", "function_call", "function_call_output", "assistant"]
        assert "retry-after" not in answer.headers

    async def test_a_model_that_never_ends(self, world: World) -> None:
        calls = [[function_call("list_tasks", {}, call_id=f"c{n}")] for n in range(20)]
        world.script(*calls)
        answer = await world.post("/api/me/chat", {"message": "loop"})
        assert answer.status_code == 422
        assert "too many steps" in answer.json()["detail"]


class TestApprovals:
    async def test_deleting_asks_first_and_names_it(self, world: World) -> None:
        delete_rent(world)
        body = (await world.post("/api/me/chat", {"message": "delete rent"})).json()
        assert body["pending"]["summary"] == "Delete “pay rent”?"
        (item,) = body["pending"]["items"]
        assert item == {
            "tool": "delete_task",
            "arguments": {"id": "1"},
            "number": 1,
            "title": "pay rent",
        }
        assert body["response"] == "Delete “pay rent”?"
        assert world.tasks.titles == ["pay rent"]

    async def test_a_title_the_turn_did_not_show_is_looked_up(self, world: World) -> None:
        world.tasks.add("pay rent")
        world.script([function_call("delete_task", {"id": "1"}, call_id="c2")])
        body = (await world.post("/api/me/chat", {"message": "delete 1"})).json()
        assert body["pending"]["items"][0]["title"] == "pay rent"

    async def test_yes_deletes(self, world: World) -> None:
        delete_rent(world)
        asked = (await world.post("/api/me/chat", {"message": "delete rent"})).json()
        world.script([assistant_message("Deleted “pay rent”.")])
        path = f"/api/me/chat/approvals/{asked['pending']['id']}"
        answer = await world.post(path, {"approve": True})
        assert answer.status_code == 200
        body = answer.json()
        assert body["conversation_id"] == asked["conversation_id"]
        assert body["response"] == "Deleted “pay rent”."
        assert [call["name"] for call in body["tool_calls"]] == ["delete_task"]
        assert world.tasks.titles == []

    async def test_no_changes_nothing(self, world: World) -> None:
        delete_rent(world)
        asked = (await world.post("/api/me/chat", {"message": "delete rent"})).json()
        world.script([assistant_message("Kept it.")])
        path = f"/api/me/chat/approvals/{asked['pending']['id']}"
        answer = await world.post(path, {"approve": False})
        assert answer.json()["response"] == "Kept it."
        assert world.tasks.titles == ["pay rent"]
        refusal = world.model.last_call.input[-1]
        assert "refused" in refusal["output"]

    async def test_is_answered_once(self, world: World) -> None:
        delete_rent(world)
        asked = (await world.post("/api/me/chat", {"message": "delete rent"})).json()
        path = f"/api/me/chat/approvals/{asked['pending']['id']}"
        world.script([assistant_message("Deleted.")], [assistant_message("Deleted.")])
        async with world.running():
            both = [world.post(path, {"approve": True}) for _ in range(2)]
            answers = await asyncio.gather(*both)
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        deletions = [call for call in world.tasks.calls if call[0] == "DELETE"]
        assert len(deletions) == 1

    async def test_expires(self, world: World) -> None:
        delete_rent(world)
        asked = (await world.post("/api/me/chat", {"message": "delete rent"})).json()
        world.clock.advance(timedelta(minutes=31))
        path = f"/api/me/chat/approvals/{asked['pending']['id']}"
        answer = await world.post(path, {"approve": True})
        assert answer.status_code == 409
        assert "expired" in answer.json()["detail"]
        assert world.tasks.titles == ["pay rent"]

    async def test_belongs_to_its_user(self, world: World) -> None:
        delete_rent(world)
        asked = (await world.post("/api/me/chat", {"message": "delete rent"})).json()
        path = f"/api/me/chat/approvals/{asked['pending']['id']}"
        assert (await world.post(path, {"approve": True}, user="bob")).status_code == 404
        assert world.tasks.titles == ["pay rent"]

    async def test_can_be_answered_later_when_the_tools_were_away(self, world: World) -> None:
        delete_rent(world)
        asked = (await world.post("/api/me/chat", {"message": "delete rent"})).json()
        path = f"/api/me/chat/approvals/{asked['pending']['id']}"
        world.gate.status = 503
        assert (await world.post(path, {"approve": True})).status_code == 503
        world.gate.status = 0
        world.script([assistant_message("Deleted.")])
        assert (await world.post(path, {"approve": True})).status_code == 200
        assert world.tasks.titles == []

    async def test_the_history_stays_whole_around_it(self, world: World) -> None:
        delete_rent(world)
        asked = (await world.post("/api/me/chat", {"message": "delete rent"})).json()
        world.script([assistant_message("Still there.")])
        await world.post("/api/me/chat", {"conversation_id": 1, "message": "is it there?"})
        world.script([assistant_message("Deleted.")], [assistant_message("Bye.")])
        await world.post(f"/api/me/chat/approvals/{asked['pending']['id']}", {"approve": True})
        await world.post("/api/me/chat", {"conversation_id": 1, "message": "bye"})
        said = world.model.last_call.input
        called = {item["call_id"] for item in said if item.get("type") == "function_call"}
        outputs = {item["call_id"] for item in said if item.get("type") == "function_call_output"}
        assert called == outputs == {"c1", "c2"}
        assert [item["content"] for item in said if item.get("role") == "user"] == [
            "delete rent",
            "is it there?",
            "bye",
        ]

    async def test_keeps_the_same_key_for_the_same_call(self, world: World) -> None:
        delete_rent(world)
        asked = (await world.post("/api/me/chat", {"message": "delete rent"})).json()
        world.script([assistant_message("Deleted.")])
        await world.post(f"/api/me/chat/approvals/{asked['pending']['id']}", {"approve": True})
        (deletion,) = [call for call in world.tasks.calls if call[0] == "DELETE"]
        (question,) = world.conversations.questions.values()
        assert deletion[3]
        assert question["state"] == ""

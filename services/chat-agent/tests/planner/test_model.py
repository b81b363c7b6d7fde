"""The model interface itself: streams, ids, settings, and turns that were broken off."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from agents import ModelSettings, ModelTracing, RunConfig, Runner
from todoku_chat.planner import EmbeddedModel
from todoku_chat.planner.events import words

SETTINGS = "timezone: Europe/Berlin\nnow: 2026-11-23T20:00:30+00:00"


def clock() -> datetime:
    return datetime(2026, 11, 23, 20, 0, 30, tzinfo=UTC)


async def answer(items: Any, tools: list[Any], instructions: str | None = SETTINGS) -> Any:
    response = await EmbeddedModel(clock).get_response(
        instructions,
        items,
        ModelSettings(),
        tools,
        None,
        [],
        ModelTracing.DISABLED,
        previous_response_id=None,
        conversation_id=None,
        prompt=None,
    )
    (item,) = response.output
    return item


def said(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def called(name: str, output: str | None, call_id: str = "c1") -> list[dict[str, str]]:
    call = {"type": "function_call", "call_id": call_id, "name": name, "arguments": "{}"}
    if output is None:
        return [call]
    return [call, {"type": "function_call_output", "call_id": call_id, "output": output}]


class TestStreaming:
    async def test_the_run_streams_text_in_deltas(self, chat: Any, tasks: Any) -> None:
        result = Runner.run_streamed(
            chat.agent(), "add A and B", run_config=RunConfig(tracing_disabled=True)
        )
        deltas: list[str] = []
        async for event in result.stream_events():
            if event.type == "raw_response_event":
                data = event.data
                if data.type == "response.output_text.delta":
                    deltas.append(data.delta)

        assert "".join(deltas) == result.final_output
        assert len(deltas) > 4
        assert tasks.titles() == ["A", "B"]

    async def test_events_come_in_the_order_of_the_protocol(self, tasks: Any) -> None:
        stream = EmbeddedModel(clock).stream_response(
            SETTINGS,
            "hello",
            ModelSettings(),
            tasks.tools(),
            None,
            [],
            ModelTracing.DISABLED,
            previous_response_id=None,
            conversation_id=None,
            prompt=None,
        )
        events = [event async for event in stream]
        kinds = list(dict.fromkeys(event.type for event in events))

        assert kinds == [
            "response.created",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed",
        ]
        assert [event.sequence_number for event in events] == list(range(len(events)))

    async def test_streamed_and_not_say_the_same(self, chat_with: Any) -> None:
        plain, streamed = chat_with("milk"), chat_with("milk")
        result = Runner.run_streamed(
            streamed.agent(), "done with milk", run_config=RunConfig(tracing_disabled=True)
        )
        async for _ in result.stream_events():
            pass

        assert result.final_output == await plain.say("done with milk")
        assert streamed.tasks.calls == plain.tasks.calls

    @pytest.mark.parametrize("text", ["", "a", "a b", " a  b\n\nc ", "“x”\n- 1 · y"])
    def test_the_pieces_are_the_text(self, text: str) -> None:
        assert "".join(words(text)) == text


class TestCalls:
    async def test_every_call_has_its_own_id(self, tasks: Any) -> None:
        first = await answer([said("add milk")], tasks.tools())
        second = await answer([said("add milk")], tasks.tools())

        assert first.call_id
        assert first.call_id != second.call_id
        assert json.loads(first.arguments) == {"title": "milk"}

    async def test_the_next_call_follows_from_the_items_alone(self, tasks: Any) -> None:
        done = '{"id": "t1", "number": 1, "title": "milk", "status": "open"}'
        items = [said("add milk and bread"), *called("add_task", done)]
        item = await answer(items, tasks.tools())

        assert json.loads(item.arguments) == {"title": "bread"}

    async def test_outputs_may_be_lists_of_parts(self, tasks: Any) -> None:
        call, output = called("add_task", '{"id": "t", "number": 1, "title": "milk"}')
        parts: Any = [{"type": "input_text", "text": output["output"]}]
        item = await answer([said("add milk"), call, {**output, "output": parts}], tasks.tools())

        assert item.content[0].text == "Added “milk” (task 1)."

    async def test_messages_may_be_lists_of_parts(self, tasks: Any) -> None:
        message = {"role": "user", "content": [{"type": "input_text", "text": "add milk"}]}
        item = await answer([message], tasks.tools())

        assert item.name == "add_task"

    async def test_a_call_without_an_answer_is_no_success(self, tasks: Any) -> None:
        item = await answer([said("add milk"), *called("add_task", None)], tasks.tools())

        assert "not certain" in item.content[0].text

    async def test_calls_that_are_not_of_the_plan_end_it(self, tasks: Any) -> None:
        item = await answer([said("add milk"), *called("list_tasks", "{}")], tasks.tools())

        assert "lost the thread" in item.content[0].text

    async def test_without_the_tool_it_says_so(self) -> None:
        item = await answer([said("add milk")], [])

        assert "cannot reach your tasks" in item.content[0].text

    async def test_a_broken_turn_before_does_not_matter(self, tasks: Any) -> None:
        items = [said("add milk"), *called("add_task", None), said("add bread")]
        item = await answer(items, tasks.tools())

        assert json.loads(item.arguments) == {"title": "bread"}


class TestSettings:
    @pytest.mark.parametrize(
        ("instructions", "day", "clock_time"),
        [
            (SETTINGS, "2026-11-24", "21:05"),
            ("timezone: Asia/Tokyo\nnow: 2026-11-23T20:00:00Z", "2026-11-25", "05:05"),
            ("now: 2026-11-23T20:00:00+00:00", "2026-11-24", "20:05"),
            ("timezone: Mars/Base\nnow: yesterday", "2026-11-24", "20:05"),
            (None, "2026-11-24", "20:05"),
        ],
    )
    async def test_give_relative_words_their_meaning(
        self, tasks: Any, instructions: str | None, day: str, clock_time: str
    ) -> None:
        tomorrow = await answer([said("add x tomorrow")], tasks.tools(), instructions)
        soon = await answer([said("add x in 5 minutes")], tasks.tools(), instructions)

        assert json.loads(tomorrow.arguments)["due"]["date"] == day
        assert json.loads(soon.arguments)["due"]["time"] == clock_time

    async def test_an_approval_hours_later_goes_on_with_the_same_plan(self, chat_with: Any) -> None:
        """The clock moves while a question waits; what was called is not called again."""
        chat = chat_with("milk")
        agent = chat.agent()
        config = RunConfig(tracing_disabled=True)
        result = await Runner.run(agent, "add tea in 1 minute, then delete milk", run_config=config)
        state = result.to_state()
        for question in result.interruptions:
            state.approve(question)
        chat.now = "2026-11-24T09:00:00+00:00"
        result = await Runner.run(chat.agent(), state, run_config=config)

        assert [name for name, _ in chat.tasks.calls] == ["add_task", "list_tasks", "delete_task"]
        assert "Deleted “milk” (task 1)." in result.final_output


async def test_an_empty_conversation_is_answered(tasks: Any) -> None:
    assert (await answer([], tasks.tools())).content[0].text

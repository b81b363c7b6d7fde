"""The embedded model in the SDK's own loop, with the tools in memory (conftest.py)."""

from typing import Any

import pytest

RENT = {
    "due": {"date": "2026-12-01", "time": "09:00", "timezone": None},
    "due_at": "2026-12-01T08:00:00+00:00",
    "recurrence": {"rule": "FREQ=MONTHLY;BYMONTHDAY=1", "mode": "schedule"},
    "reminders": [{"before": "PT1H"}],
}


class TestAdding:
    async def test_confirms_title_next_date_and_reminder(self, chat: Any, tasks: Any) -> None:
        reply = await chat.say(
            "add pay rent on the 1st of every month at 9am, remind me 1 hour before"
        )

        assert tasks.calls == [
            (
                "add_task",
                {
                    "title": "pay rent",
                    "due": {"date": "2026-12-01", "time": "09:00"},
                    "recurrence": {"rule": "FREQ=MONTHLY;BYMONTHDAY=1", "mode": "schedule"},
                    "reminders": [{"before": "PT1H"}],
                },
            )
        ]
        assert reply == (
            "Added “pay rent” (task 1): due Tuesday 1 December at 09:00, "
            "repeats every month on the 1st, reminder 1 hour before."
        )

    async def test_in_a_minute_rings_at_the_second(self, chat: Any, tasks: Any) -> None:
        await chat.say("remind me to stretch in 1 minute")

        ((_, arguments),) = tasks.calls
        assert arguments["due"] == {"date": "2026-11-23", "time": "21:01"}
        assert arguments["reminders"] == [{"at": "2026-11-23T20:01:30+00:00"}]

    async def test_says_what_the_result_says_not_what_was_asked(
        self, chat: Any, tasks: Any
    ) -> None:
        def other(title: str, **_: Any) -> dict[str, Any]:
            return {"id": "x", "number": 7, "title": title.upper(), "due": {"date": "2026-12-24"}}

        tasks.add = other
        reply = await chat.say("add milk tomorrow")

        assert reply == "Added “MILK” (task 7): due Thursday 24 December."

    async def test_tells_that_no_reminder_is_set(self, chat: Any) -> None:
        assert "no reminder" in await chat.say("remind me to buy milk")

    async def test_an_error_is_told_and_nothing_claimed(self, chat: Any, tasks: Any) -> None:
        tasks.fail["add_task"] = "Error executing tool add_task: A title has 1 to 200 characters."
        reply = await chat.say("add milk")

        assert reply == "I could not add “milk”: A title has 1 to 200 characters."

    @pytest.mark.parametrize("answer", ["", "null", "[]", "ok", '{"title": "milk"}', "{"])
    async def test_an_answer_that_is_no_task_is_no_success(
        self, chat: Any, tasks: Any, answer: str
    ) -> None:
        tasks.fail["add_task"] = answer

        assert (await chat.say("add milk")).startswith("I could not add “milk”")

    async def test_stops_after_an_error_and_says_so(self, chat: Any, tasks: Any) -> None:
        tasks.fail["add_task"] = "The service is away."
        reply = await chat.say("add milk, then finish it")

        assert [name for name, _ in tasks.calls] == ["add_task"]
        assert "1 more of what you asked is not done" in reply


class TestCompleting:
    async def test_finds_the_task_then_completes_it_by_id(self, chat: Any, tasks: Any) -> None:
        task = tasks.add("pay rent", **RENT)
        reply = await chat.say("done with pay rent")

        assert tasks.calls == [
            ("list_tasks", {"status": "open", "q": "pay rent", "limit": 50}),
            ("complete_task", {"id": task["id"]}),
        ]
        assert reply == (
            "Done: “pay rent” (task 1). It repeats every month on the 1st: "
            "the next one will appear on your list."
        )

    async def test_a_series_that_may_have_ended(self, chat: Any, tasks: Any) -> None:
        tasks.add("x", **{**RENT, "recurrence": {"rule": "FREQ=DAILY;COUNT=3", "mode": "schedule"}})

        assert "unless this was the last" in await chat.say("done with x")

    async def test_forgives_a_typing_error(self, chat_with: Any) -> None:
        chat = chat_with("pay rent", "call mum")
        reply = await chat.say("done with pay rnet")

        assert reply == "Done: “pay rent” (task 1)."
        assert chat.tasks.titles() == ["call mum"]

    async def test_looks_through_all_pages(self, chat_with: Any) -> None:
        chat = chat_with(*(f"errand {n}" for n in range(6)), "quarterly report")
        chat.tasks.page = 2

        assert await chat.say("finish quartely report") == "Done: “quarterly report” (task 7)."

    async def test_by_number_needs_no_search(self, chat_with: Any) -> None:
        chat = chat_with("pay rent")

        assert await chat.say("task 1 is done") == "Done: “pay rent” (task 1)."
        assert chat.tasks.calls == [("complete_task", {"id": "1"})]

    async def test_a_number_that_is_not_there(self, chat_with: Any) -> None:
        reply = await chat_with().say("finish task 99")

        assert reply == "I could not complete “task 99”: There is no task 99."

    async def test_a_name_that_is_not_there(self, chat_with: Any) -> None:
        chat = chat_with("pay rent")

        assert "found no task like “dentist”" in await chat.say("done with dentist")
        assert chat.tasks.titles("done") == []

    async def test_what_is_done_already(self, chat_with: Any) -> None:
        chat = chat_with("pay rent")
        await chat.say("done with pay rent")

        assert await chat.say("done with pay rent") == "“pay rent” (task 1) is already done."

    async def test_a_result_that_is_still_open_is_no_success(self, chat: Any, tasks: Any) -> None:
        tasks.add("pay rent")
        tasks.complete_task = lambda task, _: task

        assert "could not complete" in await chat.say("done with pay rent")

    async def test_several_names(self, chat_with: Any) -> None:
        chat = chat_with("milk", "bread", "eggs")
        reply = await chat.say("finish milk and bread")

        assert reply == "Done: “milk” (task 1).\nDone: “bread” (task 2)."

    async def test_reopening_takes_the_last_one_finished(self, chat: Any, tasks: Any) -> None:
        for day in ("01", "03", "02"):
            tasks.add("pay rent", status="done", completed_at=f"2026-11-{day}T08:00:00Z")
        reply = await chat.say("reopen pay rent")

        assert reply == "Open again: “pay rent” (task 2)."


class TestAsking:
    async def test_several_candidates_are_asked_back(self, chat_with: Any) -> None:
        chat = chat_with("call mum", "call bank", "pay rent")
        reply = await chat.say("finish call")

        assert "1 · call mum" in reply
        assert "2 · call bank" in reply
        assert "pay rent" not in reply
        assert chat.tasks.titles("done") == []

    @pytest.mark.parametrize(
        "answer", ["2", "task 2", "the second one", "call bank", "bank", "the last one"]
    )
    async def test_the_answer_completes_the_command(self, chat_with: Any, answer: str) -> None:
        chat = chat_with("call mum", "call bank", "pay rent")
        await chat.say("finish call")

        assert await chat.say(answer) == "Done: “call bank” (task 2)."

    async def test_a_place_in_the_question_when_no_number_fits(self, chat_with: Any) -> None:
        chat = chat_with("pay rent", "tidy up", "buy milk", "call mum", "call bank")
        await chat.say("finish call")

        assert await chat.say("2") == "Done: “call bank” (task 5)."

    async def test_the_answer_may_be_no(self, chat_with: Any) -> None:
        chat = chat_with("call mum", "call bank")
        await chat.say("finish call")

        assert "nothing was changed" in await chat.say("never mind")
        assert chat.tasks.titles("done") == []

    async def test_the_question_holds_for_one_message(self, chat_with: Any) -> None:
        chat = chat_with("call mum", "call bank")
        await chat.say("finish call")
        await chat.say("show my tasks")

        assert "did not understand" in await chat.say("2")

    async def test_an_answer_that_is_a_command_is_that_command(self, chat_with: Any) -> None:
        chat = chat_with("call mum", "call bank")
        await chat.say("finish call")

        assert await chat.say("add milk") == "Added “milk” (task 3)."
        assert chat.tasks.titles("done") == []

    async def test_equal_titles_cannot_be_told_apart(self, chat_with: Any) -> None:
        chat = chat_with("milk", "milk")

        assert "Which one shall I delete?" in await chat.say("delete milk")
        assert chat.asked == []


class TestDeleting:
    async def test_asks_first_and_says_what_went(self, chat_with: Any) -> None:
        chat = chat_with("pay rent", "call mum")
        reply = await chat.say("delete pay rent")

        assert len(chat.asked) == 1
        assert reply == "Deleted “pay rent” (task 1)."
        assert chat.tasks.titles() == ["call mum"]

    async def test_refused_changes_nothing(self, chat_with: Any) -> None:
        chat = chat_with("pay rent", approve=False)
        reply = await chat.say("delete pay rent")

        assert reply == "“pay rent” (task 1) stays: nothing was changed."
        assert chat.tasks.titles() == ["pay rent"]

    async def test_refusing_one_does_not_stop_the_next(self, chat_with: Any) -> None:
        chat = chat_with("milk", "bread", approve=False)
        reply = await chat.say("delete milk and bread")

        assert len(chat.asked) == 2
        assert reply.count("nothing was changed") == 2

    @pytest.mark.parametrize("text", ["delete everything", "delete all tasks", "delete it"])
    async def test_nothing_is_guessed(self, chat_with: Any, text: str) -> None:
        chat = chat_with("milk", "bread")
        await chat.say(text)

        assert chat.asked == []
        assert chat.tasks.titles() == ["milk", "bread"]

    async def test_after_a_deletion_it_means_nothing(self, chat_with: Any) -> None:
        chat = chat_with("milk", "bread")
        await chat.say("delete milk")

        assert "do not know which task" in await chat.say("finish it")


class TestChanging:
    async def test_renaming(self, chat_with: Any) -> None:
        chat = chat_with("pay rent")

        reply = await chat.say("rename pay rent to pay the rent")
        assert reply == "Renamed “pay rent” to “pay the rent” (task 1)."

    async def test_rescheduling_keeps_the_time_of_day(self, chat: Any, tasks: Any) -> None:
        tasks.add("pay rent", **RENT)
        reply = await chat.say("move pay rent to friday")

        assert tasks.tasks[0]["due"] == {"date": "2026-11-27", "time": "09:00"}
        assert reply == "Changed “pay rent” (task 1): due Friday 27 November at 09:00."

    async def test_by_number_reads_the_task_first(self, chat: Any, tasks: Any) -> None:
        tasks.add("other")
        tasks.add("pay rent", **RENT)
        reply = await chat.say("move task 2 to 10am")

        assert reply == "Changed “pay rent” (task 2): due Tuesday 1 December at 10:00."

    async def test_clearing(self, chat: Any, tasks: Any) -> None:
        tasks.add("pay rent", **RENT)
        reply = await chat.say("stop repeating pay rent")

        assert reply == "Changed “pay rent” (task 1): does not repeat."
        assert tasks.calls[-1][1]["recurrence"] is None

    async def test_what_needs_a_date(self, chat_with: Any) -> None:
        chat = chat_with("milk")

        assert "no date yet" in await chat.say("postpone milk by 2 days")
        assert [name for name, _ in chat.tasks.calls] == ["list_tasks"]

    async def test_a_task_that_is_gone(self, chat: Any, tasks: Any) -> None:
        await chat.say("add milk")
        tasks.tasks.clear()

        assert "found no" in await chat.say("make it urgent")


class TestListing:
    async def test_open_tasks_with_their_numbers(self, chat: Any, tasks: Any) -> None:
        tasks.add("pay rent", **RENT)
        tasks.add("milk", priority="high", tags=["home"])
        reply = await chat.say("show my tasks")

        assert reply == (
            "You have 2 open tasks:\n"
            "- 1 · pay rent (due Tuesday 1 December at 09:00, repeats every month on the 1st)\n"
            "- 2 · milk (high priority, #home)"
        )

    @pytest.mark.parametrize(
        ("text", "filters"),
        [
            ("what's due today", {"due": "today"}),
            ("show overdue tasks", {"due": "overdue"}),
            ("show #work", {"tag": "work"}),
            ("show done tasks", {"status": "done"}),
            ("find rent", {"status": "all", "q": "rent"}),
        ],
    )
    async def test_filters_reach_the_tool(
        self, chat: Any, tasks: Any, text: str, filters: dict[str, str]
    ) -> None:
        reply = await chat.say(text)

        assert tasks.calls == [("list_tasks", {"status": "open", "limit": 50, **filters})]
        assert reply.startswith("You have no ")

    async def test_a_day_the_tool_has_no_filter_for(self, chat: Any, tasks: Any) -> None:
        tasks.add("a", due={"date": "2026-11-27", "time": None})
        tasks.add("b", due={"date": "2026-11-28", "time": None})
        reply = await chat.say("what's due on friday")

        assert reply.startswith("You have 1 open task due Friday 27 November:\n- 1 · a")
        assert len(reply.splitlines()) == 2

    async def test_that_there_are_more_is_said(self, chat_with: Any) -> None:
        chat = chat_with(*(f"errand {n}" for n in range(60)))

        assert (await chat.say("show my tasks")).startswith("You have more than 50 open tasks")

    async def test_an_error_is_told(self, chat: Any, tasks: Any) -> None:
        tasks.fail["list_tasks"] = "The task service is away."

        assert await chat.say("list") == "I could not read your tasks: The task service is away."


class TestReferences:
    async def test_add_two_then_finish_the_second(self, chat: Any, tasks: Any) -> None:
        reply = await chat.say("add A and B, then finish the second one")

        assert reply == "Added “A” (task 1).\nAdded “B” (task 2).\nDone: “B” (task 2)."
        assert (tasks.titles(), tasks.titles("done")) == (["A"], ["B"])

    async def test_places_count_in_the_list_that_was_shown(self, chat_with: Any) -> None:
        chat = chat_with("milk", "bread", "eggs")
        await chat.say("show my tasks")

        assert await chat.say("finish the second one") == "Done: “bread” (task 2)."
        assert await chat.say("finish the last one") == "Done: “eggs” (task 3)."

    async def test_it_is_the_task_spoken_of_last(self, chat_with: Any) -> None:
        chat = chat_with("milk", "bread")
        await chat.say("move bread to tomorrow")
        await chat.say("make it urgent")

        assert await chat.say("finish it") == "Done: “bread” (task 2)."

    async def test_after_an_open_question_it_is_not_guessed(self, chat_with: Any) -> None:
        chat = chat_with("milk", "call mum", "call bank")
        await chat.say("rename milk to oat milk")
        reply = await chat.say("finish call, then delete it")

        assert "Which one shall I complete?" in reply
        assert chat.asked == []
        assert len(chat.tasks.titles()) == 3

    async def test_both(self, chat: Any, tasks: Any) -> None:
        await chat.say("add milk and bread, then finish both")

        assert tasks.titles("done") == ["milk", "bread"]

    async def test_the_task_of_another_models_turn(self, chat: Any, tasks: Any) -> None:
        task = tasks.add("milk")
        chat.history = [
            {"role": "user", "content": "Kannst du Milch notieren?"},
            {
                "type": "function_call",
                "call_id": "c1",
                "name": "add_task",
                "arguments": '{"title": "milk"}',
            },
            {
                "type": "function_call_output",
                "call_id": "c1",
                "output": f'{{"id": "{task["id"]}", "number": 1, "title": "milk"}}',
            },
            {"role": "assistant", "content": "Notiert."},
        ]

        assert await chat.say("finish it") == "Done: “milk” (task 1)."


class TestUnderstanding:
    @pytest.mark.parametrize("text", ["blah blah", "what's the weather", "🎉", "42"])
    async def test_says_when_it_does_not_understand(self, chat: Any, tasks: Any, text: str) -> None:
        reply = await chat.say(text)

        assert f"did not understand “{text}”" in reply
        assert "add call mum tomorrow at 5pm" in reply
        assert tasks.calls == []

    async def test_help(self, chat: Any) -> None:
        assert "remind me to stretch" in await chat.say("help")

    async def test_does_what_it_understands_and_names_the_rest(self, chat: Any, tasks: Any) -> None:
        reply = await chat.say("add milk, then sing a song")

        assert "Added “milk”" in reply
        assert "did not understand “sing a song”" in reply

    async def test_a_message_has_a_bound(self, chat: Any, tasks: Any) -> None:
        reply = await chat.say("add " + ", ".join(f"item{n}" for n in range(15)))

        assert len(tasks.tasks) == 10
        assert "send what is missing again" in reply

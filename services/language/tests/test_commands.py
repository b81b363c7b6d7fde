"""From a message to the steps it asks for (the moment is that of conftest.py)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from todoku_language import (
    Add,
    Cancel,
    Complete,
    Delete,
    Help,
    ListTasks,
    Reopen,
    Step,
    Target,
    Unknown,
    Update,
    parse,
)

TARGETED = [
    ("done with pay rent", Complete, "name", "pay rent"),
    ("done pay rent", Complete, "name", "pay rent"),
    ("finish pay rent", Complete, "name", "pay rent"),
    ("I finished pay rent", Complete, "name", "pay rent"),
    ("I've done pay rent", Complete, "name", "pay rent"),
    ("I did the pay rent task", Complete, "name", "pay rent"),
    ("complete pay rent", Complete, "name", "pay rent"),
    ("tick pay rent", Complete, "name", "pay rent"),
    ("tick off pay rent", Complete, "name", "pay rent"),
    ("tick pay rent off", Complete, "name", "pay rent"),
    ("check off pay rent", Complete, "name", "pay rent"),
    ("mark pay rent as done", Complete, "name", "pay rent"),
    ("mark pay rent done", Complete, "name", "pay rent"),
    ("mark 'pay rent' complete", Complete, "name", "pay rent"),
    ("pay rent is done", Complete, "name", "pay rent"),
    ("please finish pay rent.", Complete, "name", "pay rent"),
    ("can you complete pay rent?", Complete, "name", "pay rent"),
    ('complete "add and delete"', Complete, "name", "add and delete"),
    ("finish first draft", Complete, "name", "first draft"),
    ("finish task 12", Complete, "number", 12),
    ("done with 12", Complete, "number", 12),
    ("complete #12", Complete, "number", 12),
    ("finish the second one", Complete, "ordinal", 2),
    ("finish the last one", Complete, "ordinal", -1),
    ("finish the 3rd task", Complete, "ordinal", 3),
    ("finish it", Complete, "it", 0),
    ("done", Complete, "it", 0),
    ("complete both", Complete, "all", 0),
    ("finish all my tasks", Complete, "all", 0),
    ("reopen pay rent", Reopen, "name", "pay rent"),
    ("untick pay rent", Reopen, "name", "pay rent"),
    ("mark pay rent as not done", Reopen, "name", "pay rent"),
    ("pay rent is not done", Reopen, "name", "pay rent"),
    ("delete pay rent", Delete, "name", "pay rent"),
    ("remove the pay rent task", Delete, "name", "pay rent"),
    ("get rid of pay rent", Delete, "name", "pay rent"),
    ("delete task number 4", Delete, "number", 4),
    ("delete everything", Delete, "all", 0),
    ("delete all tasks", Delete, "all", 0),
]
LISTINGS: list[tuple[str, dict[str, Any]]] = [
    ("list", {}),
    ("show my tasks", {}),
    ("my tasks", {}),
    ("what's on my list?", {}),
    ("what do I have to do?", {}),
    ("what tasks do I have", {}),
    ("show open tasks", {}),
    ("list all tasks", {"status": "all"}),
    ("show done tasks", {"status": "done"}),
    ("list completed tasks", {"status": "done"}),
    ("what's due today?", {"due": "today"}),
    ("what do I have today", {"due": "today"}),
    ("show today", {"due": "today"}),
    ("what is overdue", {"due": "overdue"}),
    ("show overdue tasks", {"due": "overdue"}),
    ("what's due this week", {"due": "week"}),
    ("show tasks without a date", {"due": "none"}),
    ("what's due tomorrow", {"on": date(2026, 11, 24), "until": date(2026, 11, 24)}),
    ("show tasks due on friday", {"on": date(2026, 11, 27), "until": date(2026, 11, 27)}),
    ("tasks due next week", {"on": date(2026, 11, 30), "until": date(2026, 12, 6)}),
    ("show #work", {"tag": "work"}),
    ("show tasks tagged work", {"tag": "work"}),
    ("list high priority tasks", {"priority": "high"}),
    ("show urgent tasks due today", {"priority": "high", "due": "today"}),
    ("show tasks about rent", {"query": "rent"}),
    ("show rent", {"query": "rent"}),
    ("what's next?", {}),
    ("how many tasks do I have?", {}),
    (
        "what is due in the next 3 days",
        {"on": date(2026, 11, 23), "until": date(2026, 11, 26)},
    ),
    ("find rent", {"status": "all", "query": "rent"}),
    ("search for the dentist", {"status": "all", "query": "dentist"}),
]
RENAMES = [
    ("rename pay rent to pay the rent", "pay rent", "pay the rent"),
    ('rename "pay rent" to "delete it"', "pay rent", "delete it"),
    ("change pay rent to call the landlord", "pay rent", "call the landlord"),
    ("change the title of pay rent to rent", "pay rent", "rent"),
    ("update pay rent's title to rent", "pay rent", "rent"),
    ("rename read 1984 to read 2001", "read 1984", "read 2001"),
]
MOVES = [
    ("move pay rent to friday", "2026-11-27", None),
    ("move pay rent to friday at 10", "2026-11-27", "10:00"),
    ("reschedule pay rent to tomorrow at 5pm", "2026-11-24", "17:00"),
    ("reschedule pay rent for next monday", "2026-11-30", None),
    ("reschedule pay rent tomorrow at 5pm", "2026-11-24", "17:00"),
    ("postpone pay rent until next week", "2026-11-30", None),
    ("push pay rent to dec 5", "2026-12-05", None),
    ("change pay rent to 6pm", "2026-11-24", "18:00"),
    ("change the time of pay rent to 6pm", "2026-11-24", "18:00"),
    ("set the due date of pay rent to friday", "2026-11-27", None),
    ("set pay rent to friday", "2026-11-27", None),
    ("change pay rent time to 6pm", "2026-11-24", "18:00"),
]


def steps(text: str, now: datetime, zone: str, context: tuple[Step, ...] = ()) -> list[Step]:
    return list(parse(text, now=now, zone=zone, context=context).steps)


@pytest.mark.parametrize(("text", "kind", "how", "what"), TARGETED)
def test_a_command_on_a_task(
    text: str, kind: type[Complete], how: str, what: str | int, now: datetime, zone: str
) -> None:
    (step,) = steps(text, now, zone)

    assert isinstance(step, kind)
    said = step.target.text if how == "name" else step.target.value
    assert (step.target.kind, said) == (how, what)


@pytest.mark.parametrize(("text", "filters"), LISTINGS)
def test_a_question(text: str, filters: dict[str, Any], now: datetime, zone: str) -> None:
    assert steps(text, now, zone) == [ListTasks(**filters)]


@pytest.mark.parametrize(("text", "name", "title"), RENAMES)
def test_a_new_title(text: str, name: str, title: str, now: datetime, zone: str) -> None:
    (step,) = steps(text, now, zone)

    assert isinstance(step, Update)
    assert (step.target.text, step.changes.title) == (name, title)


@pytest.mark.parametrize(("text", "day", "clock"), MOVES)
def test_a_new_date(text: str, day: str, clock: str | None, now: datetime, zone: str) -> None:
    (step,) = steps(text, now, zone)

    assert isinstance(step, Update)
    assert step.target.text == "pay rent"
    due = step.changes.draft.due
    assert due is not None
    assert (str(due.date), due.time and f"{due.time:%H:%M}") == (day, clock)


class TestChanges:
    @pytest.mark.parametrize(
        "text",
        [
            "make pay rent urgent",
            "mark pay rent as high priority",
            "set pay rent to high priority",
            "change the priority of pay rent to high",
            "change pay rent to urgent",
            "set pay rent priority to high",
        ],
    )
    def test_priority(self, text: str, now: datetime, zone: str) -> None:
        (step,) = steps(text, now, zone)

        assert isinstance(step, Update)
        assert (step.target.text, step.changes.draft.priority) == ("pay rent", "high")

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("make standup repeat every weekday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
            ("make standup weekly", "FREQ=WEEKLY"),
            ("repeat standup every monday", "FREQ=WEEKLY;BYDAY=MO"),
            ("change standup to every 2 days", "FREQ=DAILY;INTERVAL=2"),
        ],
    )
    def test_repeat(self, text: str, rule: str, now: datetime, zone: str) -> None:
        (step,) = steps(text, now, zone)

        assert isinstance(step, Update)
        assert step.target.text == "standup"
        assert step.changes.draft.recurrence is not None
        assert step.changes.draft.recurrence.rule == rule

    @pytest.mark.parametrize(
        ("text", "field"),
        [
            ("remove the due date from pay rent", "due"),
            ("clear the reminders of pay rent", "reminders"),
            ("remove priority from pay rent", "priority"),
            ("remove the tags of pay rent", "tags"),
            ("stop repeating pay rent", "recurrence"),
        ],
    )
    def test_clearing(self, text: str, field: str, now: datetime, zone: str) -> None:
        (step,) = steps(text, now, zone)

        assert isinstance(step, Update)
        assert (step.target.text, step.changes.clear) == ("pay rent", (field,))

    def test_by_an_amount(self, now: datetime, zone: str) -> None:
        (step,) = steps("postpone pay rent by 2 days", now, zone)

        assert isinstance(step, Update)
        assert step.changes.shift == timedelta(days=2)

    @pytest.mark.parametrize(
        "text",
        [
            "remind me 1 hour before pay rent",
            "remind me about pay rent 1 hour before",
            "add a reminder 1 hour before to pay rent",
        ],
    )
    def test_a_reminder_for_a_task_that_exists(self, text: str, now: datetime, zone: str) -> None:
        (step,) = steps(text, now, zone)

        assert isinstance(step, Update)
        assert step.target.text == "pay rent"
        assert step.changes.draft.reminders == ({"before": "PT1H"},)

    def test_a_reminder_with_a_date_makes_a_task(self, now: datetime, zone: str) -> None:
        (step,) = steps("remind me 30 minutes before meeting at 3pm", now, zone)

        assert isinstance(step, Add)
        assert (step.draft.title, step.draft.reminders) == ("meeting", ({"before": "PT30M"},))

    def test_tags(self, now: datetime, zone: str) -> None:
        (step,) = steps("tag pay rent with #Home and money", now, zone)

        assert isinstance(step, Update)
        assert step.changes.draft.tags == ("home", "money")

    def test_a_move_without_a_date_is_asked_back(self, now: datetime, zone: str) -> None:
        (step,) = steps("move pay rent to the basement", now, zone)

        assert isinstance(step, Unknown)
        assert "date" in step.reason


class TestAdding:
    @pytest.mark.parametrize(
        ("text", "titles"),
        [
            ("add buy milk", ["buy milk"]),
            ("add buy milk and eggs", ["buy milk and eggs"]),
            ("add call mum and dad", ["call mum and dad"]),
            ("add milk and bread", ["milk", "bread"]),
            ("add milk, bread and eggs", ["milk", "bread", "eggs"]),
            ("add call mum and pay rent", ["call mum", "pay rent"]),
            ('add "salt and pepper" and "rock and roll"', ["salt and pepper", "rock and roll"]),
            ("add tasks: dinner for two, lunch", ["dinner for two", "lunch"]),
            ("add:\n- milk\n- bread", ["milk", "bread"]),
            ("add milk; bread; eggs", ["milk", "bread", "eggs"]),
            ("add dinner with Tom and Jerry", ["dinner with Tom and Jerry"]),
            ("add pick up and drop off the parcel", ["pick up and drop off the parcel"]),
            ("add gym every monday and friday", ["gym"]),
            ("add call Dr. Smith", ["call Dr. Smith"]),
            ("I need to buy milk", ["buy milk"]),
            ("add to my list: buy milk", ["buy milk"]),
            ("set a reminder to buy milk at 6pm", ["buy milk"]),
            ("please add buy milk, thanks!", ["buy milk"]),
            ("remind me to call mum and then buy milk tomorrow", ["call mum", "buy milk"]),
            ("buy milk tomorrow", ["buy milk"]),
        ],
    )
    def test_titles(self, text: str, titles: list[str], now: datetime, zone: str) -> None:
        found = steps(text, now, zone)

        assert [step.draft.title for step in found if isinstance(step, Add)] == titles
        assert len(found) == len(titles)

    def test_a_date_at_the_end_is_meant_for_the_whole_list(self, now: datetime, zone: str) -> None:
        found = steps("add milk and bread tomorrow", now, zone)

        dues = [step.draft.due for step in found if isinstance(step, Add)]
        assert [due and str(due.date) for due in dues] == ["2026-11-24", "2026-11-24"]

    @pytest.mark.parametrize("text", ["add", "remind me", "remind me tomorrow", "add every day"])
    def test_without_a_title_is_asked_back(self, text: str, now: datetime, zone: str) -> None:
        (step,) = steps(text, now, zone)

        assert isinstance(step, Unknown)


class TestCombined:
    def test_add_two_and_finish_the_second(self, now: datetime, zone: str) -> None:
        first, second, third = steps("add A and B, then finish the second one", now, zone)

        assert isinstance(first, Add)
        assert isinstance(second, Add)
        assert (first.draft.title, second.draft.title) == ("A", "B")
        assert third == Complete(Target("ordinal", "the second one", 2))

    @pytest.mark.parametrize(
        ("text", "kinds"),
        [
            ("add milk and delete bread", [Add, Delete]),
            ("add milk, then show my tasks", [Add, ListTasks]),
            ("finish milk, delete bread", [Complete, Delete]),
            ("add milk. Delete bread.", [Add, Delete]),
            ("complete 3 and 5", [Complete, Complete]),
            ("complete 3, delete 4 and show my tasks", [Complete, Delete, ListTasks]),
            ("finish 1, 2 and the last one", [Complete, Complete, Complete]),
            ("finish milk and then rename bread to rolls", [Complete, Update]),
            ("add x on the 1st of every month at 9am, remind me 1 hour before", [Add]),
            ("add x tomorrow at 9 and remind me 1 hour before", [Add]),
            ('add "then delete bread"', [Add]),
        ],
    )
    def test_kinds(self, text: str, kinds: list[type], now: datetime, zone: str) -> None:
        assert [type(step) for step in steps(text, now, zone)] == kinds


class TestAnswers:
    PENDING = (Complete(Target("name", "call")),)

    @pytest.mark.parametrize(
        ("text", "target"),
        [
            ("2", Target("number", "2", 2)),
            ("task 12", Target("number", "task 12", 12)),
            ("the second one", Target("ordinal", "the second one", 2)),
            ("call mum", Target("name", "call mum")),
        ],
    )
    def test_choose_the_task_of_the_question(
        self, text: str, target: Target, now: datetime, zone: str
    ) -> None:
        assert steps(text, now, zone, self.PENDING) == [Complete(target)]

    @pytest.mark.parametrize("text", ["no", "cancel", "never mind", "none of them"])
    def test_no_ends_the_question(self, text: str, now: datetime, zone: str) -> None:
        assert steps(text, now, zone, self.PENDING) == [Cancel()]

    def test_another_command_is_that_command(self, now: datetime, zone: str) -> None:
        (step,) = steps("add milk", now, zone, self.PENDING)

        assert isinstance(step, Add)

    def test_without_a_question_a_number_says_nothing(self, now: datetime, zone: str) -> None:
        (step,) = steps("2", now, zone)

        assert isinstance(step, Unknown)


@pytest.mark.parametrize("text", ["help", "?", "what can you do?", "how do I add a task?", "hello"])
def test_help(text: str, now: datetime, zone: str) -> None:
    assert steps(text, now, zone) == [Help()]


@pytest.mark.parametrize(
    "text", ["blah blah", "what's the weather", "who are you", "", "   ", "42", "🎉", "x" * 5000]
)
def test_what_is_not_understood_is_unknown(text: str, now: datetime, zone: str) -> None:
    (step,) = steps(text, now, zone)

    assert isinstance(step, Unknown)


@pytest.mark.parametrize(
    "text",
    ["mark " * 700 + "as", "rename " + "to " * 1200, "add " + "milk and " * 400, "the " * 990],
)
def test_long_repetitions_end_soon(text: str, now: datetime, zone: str) -> None:
    assert parse(text, now=now, zone=zone).steps

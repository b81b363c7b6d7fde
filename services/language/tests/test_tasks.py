"""Dates, times and repeats in one phrase: what is read, and what stays in the title.

The moment is Monday 23 November 2026, 21:00:30 in Berlin (conftest.py).
"""

from datetime import UTC, datetime

import pytest
from todoku_language import Draft, parse_task

DATES = [
    ('"buy milk tomorrow" on friday', "buy milk tomorrow", "2026-11-27"),
    ("breakfast tomorrow morning", "breakfast", "2026-11-24 09:00"),
    ("call at 9am America/New_York on friday", "call", "2026-11-27 09:00 America/New_York"),
    ("call back in 2h", "call back", "2026-11-23 23:00"),
    ("call her in the morning", "call her", "2026-11-24 09:00"),
    ("call mom and dad tomorrow", "call mom and dad", "2026-11-24"),
    ("call mom at 9 tonight", "call mom", "2026-11-23 21:00"),
    ("call mom next friday", "call mom", "2026-12-04"),
    ("call monday at 9", "call", "2026-11-30 09:00"),
    ("call mum friday", "call mum", "2026-11-27"),
    ("call mum friday 5pm", "call mum", "2026-11-27 17:00"),
    ("call next monday", "call", "2026-11-30"),
    ("call on monday", "call", "2026-11-30"),
    ("call this friday", "call", "2026-11-27"),
    ("call tomorrow at 15:00 UTC", "call", "2026-11-24 15:00 UTC"),
    ("check oven in 1h30m", "check oven", "2026-11-23 22:30"),
    ("check oven in 90 min", "check oven", "2026-11-23 22:30"),
    ("check oven in an hour and a half", "check oven", "2026-11-23 22:30"),
    ("check oven in half an hour", "check oven", "2026-11-23 21:30"),
    ("clean this weekend", "clean", "2026-11-28"),
    ("close books at the end of the month at 5pm", "close books", "2026-11-30 17:00"),
    ("close books end of month", "close books", "2026-11-30"),
    ("deploy 10 minutes from now", "deploy", "2026-11-23 21:10"),
    ("deploy 3 days from now", "deploy", "2026-11-26"),
    ("dinner tomorrow evening at 8", "dinner", "2026-11-24 20:00"),
    ("dinner tonight", "dinner", "2026-11-23 20:00"),
    ("dinner with mary at 7:30 pm on dec 3", "dinner with mary", "2026-12-03 19:30"),
    ("do laundry on sunday evening", "do laundry", "2026-11-29 18:00"),
    ("due tomorrow: send slides", "send slides", "2026-11-24"),
    ("finish draft 2 by friday 5pm", "finish draft 2", "2026-11-27 17:00"),
    ("flight at 00:15", "flight", "2026-11-24 00:15"),
    ("friday: send slides", "send slides", "2026-11-27"),
    ("in 3 weeks renew passport", "renew passport", "2026-12-14"),
    ("jog @7pm", "jog", "2026-11-24 19:00"),
    ("jog at 6:30", "jog", "2026-11-24 06:30"),
    ("kick off 10am monday", "kick off", "2026-11-30 10:00"),
    ("lunch at noon tomorrow", "lunch", "2026-11-24 12:00"),
    ("meet in 1 hour and 15 minutes", "meet", "2026-11-23 22:15"),
    ("meet on Thursday, December 3 at noon", "meet", "2026-12-03 12:00"),
    ("meet thursday 3 december at 10:15", "meet", "2026-12-03 10:15"),
    ("meeting at 12", "meeting", "2026-11-24 12:00"),
    ("meeting at 12am tomorrow", "meeting", "2026-11-24 00:00"),
    ("meeting at 12pm tomorrow", "meeting", "2026-11-24 12:00"),
    ("meeting at 20:30", "meeting", "2026-11-24 20:30"),
    ("meeting at 23:30", "meeting", "2026-11-23 23:30"),
    ("meeting at 5", "meeting", "2026-11-24 17:00"),
    ("meeting at 9", "meeting", "2026-11-24 09:00"),
    ("meeting at 9am Europe/Berlin tomorrow", "meeting", "2026-11-24 09:00 Europe/Berlin"),
    ("meeting day after tomorrow", "meeting", "2026-11-25"),
    ("meeting tmrw 17:00", "meeting", "2026-11-24 17:00"),
    ("meeting today at 9", "meeting", "2026-11-23 21:00"),
    ("meeting tomorrow at 5pm", "meeting", "2026-11-24 17:00"),
    ("party on 29 february", "party", "2028-02-29"),
    ("party on saturday night", "party", "2026-11-28 20:00"),
    ("pay 12/24", "pay", "2026-12-24"),
    ("pay 24.12.2026", "pay", "2026-12-24"),
    ("pay May 5th 2027", "pay", "2027-05-05"),
    ("pay bill on the 1st", "pay bill", "2026-12-01"),
    ("pay by friday", "pay", "2026-11-27"),
    ("pay on 5 may", "pay", "2027-05-05"),
    ("pay on the 31st", "pay", "2026-12-31"),
    ("pay on the first of next month", "pay", "2026-12-01"),
    ("pick up kids this afternoon", "pick up kids", "2026-11-23 15:00"),
    ("release at midnight friday", "release", "2026-11-28 00:00"),
    ("renew passport in 2 months", "renew passport", "2027-01-23"),
    ("renew passport in a year", "renew passport", "2027-11-23"),
    ("review next weekend", "review", "2026-12-05"),
    ("see dr. no on 3rd", "see dr. no", "2026-12-03"),
    ("stand up in 45 seconds", "stand up", "2026-11-23 21:01"),
    ("submit by eom", "submit", "2026-11-30"),
    ("submit end of the week", "submit", "2026-11-29"),
    ("submit next month", "submit", "2026-12-01"),
    ("submit next week", "submit", "2026-11-30"),
    ("submit report in 2 days", "submit report", "2026-11-25"),
    ("taxes 2027-04-15 10:00", "taxes", "2027-04-15 10:00"),
    ("taxes by april 15", "taxes", "2027-04-15"),
    ("tomorrow: send slides", "send slides", "2026-11-24"),
    ("visit https://example.com/#today tomorrow", "visit https://example.com/#today", "2026-11-24"),
    ("vote on 3 november", "vote", "2027-11-03"),
    ("wake up at 6am", "wake up", "2026-11-24 06:00"),
    ("write to bob@example.com tomorrow", "write to bob@example.com", "2026-11-24"),
]

REPEATS = [
    (
        "add pay rent on the 1st of every month at 9am, remind me 1 hour before",
        "pay rent",
        "2026-12-01 09:00",
        "FREQ=MONTHLY;BYMONTHDAY=1",
        "schedule",
    ),
    ("backup every 2 hours", "backup", "2026-11-23 23:00", "FREQ=HOURLY;INTERVAL=2", "schedule"),
    ("backup every hour", "backup", "2026-11-23 22:00", "FREQ=HOURLY", "schedule"),
    ("backup hourly", "backup", "2026-11-23 22:00", "FREQ=HOURLY", "schedule"),
    (
        "birthday every may 5",
        "birthday",
        "2027-05-05",
        "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=5",
        "schedule",
    ),
    ("clean on weekends", "clean", "2026-11-28", "FREQ=WEEKLY;BYDAY=SA,SU", "schedule"),
    (
        "course every monday 10 times at 6pm",
        "course",
        "2026-11-30 18:00",
        "FREQ=WEEKLY;BYDAY=MO;COUNT=10",
        "schedule",
    ),
    (
        "course every monday at 6pm until 20 december",
        "course",
        "2026-11-30 18:00",
        "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261220",
        "schedule",
    ),
    (
        "course every monday for 10 times",
        "course",
        "2026-11-23",
        "FREQ=WEEKLY;BYDAY=MO;COUNT=10",
        "schedule",
    ),
    (
        "cut hair every 6 weeks when done",
        "cut hair",
        "2026-11-23",
        "FREQ=WEEKLY;INTERVAL=6",
        "completion",
    ),
    ("cut hair every! 6 weeks", "cut hair", "2026-11-23", "FREQ=WEEKLY;INTERVAL=6", "completion"),
    (
        "gym every monday, wednesday and friday at 7am until dec 31",
        "gym",
        "2026-11-25 07:00",
        "FREQ=WEEKLY;BYDAY=MO,WE,FR;UNTIL=20261231",
        "schedule",
    ),
    (
        "gym every tuesday and thursday at 6pm",
        "gym",
        "2026-11-24 18:00",
        "FREQ=WEEKLY;BYDAY=TU,TH",
        "schedule",
    ),
    (
        "invoice every last day of the month",
        "invoice",
        "2026-11-30",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "schedule",
    ),
    ("journal daily", "journal", "2026-11-23", "FREQ=DAILY", "schedule"),
    ("journal daily at 9pm", "journal", "2026-11-24 21:00", "FREQ=DAILY", "schedule"),
    ("newsletter biweekly", "newsletter", "2026-11-23", "FREQ=WEEKLY;INTERVAL=2", "schedule"),
    (
        "pay rent every month on the 1st at 9am, remind me at 8am",
        "pay rent",
        "2026-12-01 09:00",
        "FREQ=MONTHLY;BYMONTHDAY=1",
        "schedule",
    ),
    ("pills every 8 hours", "pills", "2026-11-24 05:00", "FREQ=HOURLY;INTERVAL=8", "schedule"),
    (
        "remind me every day at 9 to drink water",
        "drink water",
        "2026-11-24 09:00",
        "FREQ=DAILY",
        "schedule",
    ),
    (
        "rent every month on the 1st at 9am",
        "rent",
        "2026-12-01 09:00",
        "FREQ=MONTHLY;BYMONTHDAY=1",
        "schedule",
    ),
    ("rent monthly on the 15th", "rent", "2026-12-15", "FREQ=MONTHLY;BYMONTHDAY=15", "schedule"),
    (
        "rent on the 1st and 15th of every month",
        "rent",
        "2026-12-01",
        "FREQ=MONTHLY;BYMONTHDAY=1,15",
        "schedule",
    ),
    ("report every quarter", "report", "2026-11-23", "FREQ=MONTHLY;INTERVAL=3", "schedule"),
    (
        "report every year on jan 31",
        "report",
        "2027-01-31",
        "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=31",
        "schedule",
    ),
    (
        "review every 2 weeks on tuesday",
        "review",
        "2026-11-24",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
        "schedule",
    ),
    (
        "review every first monday of the month",
        "review",
        "2026-12-07",
        "FREQ=MONTHLY;BYDAY=1MO",
        "schedule",
    ),
    (
        "review every last friday of the month at 4pm",
        "review",
        "2026-11-27 16:00",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "schedule",
    ),
    (
        "review on the first monday of every month",
        "review",
        "2026-12-07",
        "FREQ=MONTHLY;BYDAY=1MO",
        "schedule",
    ),
    ("sleep at 10pm every night", "sleep", "2026-11-23 22:00", "FREQ=DAILY", "schedule"),
    (
        "standup every other monday at 9",
        "standup",
        "2026-11-30 09:00",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
        "schedule",
    ),
    (
        "standup every weekday at 9:30",
        "standup",
        "2026-11-24 09:30",
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "schedule",
    ),
    (
        "standup on weekdays at 9",
        "standup",
        "2026-11-24 09:00",
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "schedule",
    ),
    (
        "stretch every weekday",
        "stretch",
        "2026-11-23",
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "schedule",
    ),
    (
        "trash every monday starting next month",
        "trash",
        "2026-12-07",
        "FREQ=WEEKLY;BYDAY=MO",
        "schedule",
    ),
    ("vitamins every morning", "vitamins", "2026-11-24 09:00", "FREQ=DAILY", "schedule"),
    (
        "water plants every 3 days",
        "water plants",
        "2026-11-23",
        "FREQ=DAILY;INTERVAL=3",
        "schedule",
    ),
    (
        "water plants every 3 days after completion",
        "water plants",
        "2026-11-23",
        "FREQ=DAILY;INTERVAL=3",
        "completion",
    ),
    ("water plants every day at 8am", "water plants", "2026-11-24 08:00", "FREQ=DAILY", "schedule"),
    (
        "water plants every other day",
        "water plants",
        "2026-11-23",
        "FREQ=DAILY;INTERVAL=2",
        "schedule",
    ),
    (
        "water plants every! 3 days",
        "water plants",
        "2026-11-23",
        "FREQ=DAILY;INTERVAL=3",
        "completion",
    ),
]

REMINDERS = [
    (
        "dentist on friday at 10, remind me tomorrow at 8pm",
        "dentist",
        "2026-11-27 10:00",
        [{"at": "2026-11-24T19:00:00+00:00"}],
    ),
    ("dentist tomorrow at 10 with a reminder", "dentist", "2026-11-24 10:00", [{"before": "PT0S"}]),
    (
        "dentist tomorrow at 10, remind me at 9:30",
        "dentist",
        "2026-11-24 10:00",
        [{"at": "2026-11-24T08:30:00+00:00"}],
    ),
    (
        "dentist tomorrow at 10, remind me the day before",
        "dentist",
        "2026-11-24 10:00",
        [{"before": "P1D"}],
    ),
    (
        "dentist tomorrow at 10am remind me 30 minutes before",
        "dentist",
        "2026-11-24 10:00",
        [{"before": "PT30M"}],
    ),
    (
        "dentist tomorrow at 10am, remind me 1 day before",
        "dentist",
        "2026-11-24 10:00",
        [{"before": "P1D"}],
    ),
    (
        "pay rent tomorrow at 5pm, remind me at 8am",
        "pay rent",
        "2026-11-24 17:00",
        [{"at": "2026-11-24T07:00:00+00:00"}],
    ),
    (
        "pay rent tomorrow with a reminder 30 minutes before and 1 day before",
        "pay rent",
        "2026-11-24",
        [{"before": "PT30M"}, {"before": "P1D"}],
    ),
    ("pay rent, remind me tomorrow at 8am", "pay rent", "2026-11-24 08:00", [{"before": "PT0S"}]),
    (
        "remind me in 20 minutes to check the oven",
        "check the oven",
        "2026-11-23 21:20",
        [{"at": "2026-11-23T20:20:30+00:00"}],
    ),
    ("remind me on friday to pay rent", "pay rent", "2026-11-27", [{"before": "PT0S"}]),
    ("remind me to call mom tomorrow at 5pm", "call mom", "2026-11-24 17:00", [{"before": "PT0S"}]),
    (
        "remind me to stretch in 1 minute",
        "stretch",
        "2026-11-23 21:01",
        [{"at": "2026-11-23T20:01:30+00:00"}],
    ),
    ("remind me tomorrow at 5 to call mom", "call mom", "2026-11-24 17:00", [{"before": "PT0S"}]),
]

LITERAL = [
    "read 1984",
    "call 3 people",
    "buy May flowers",
    "prepare friday report",
    "read chapter 5",
    'read "tomorrow, and tomorrow"',
    "watch Friday Night Lights",
    "watch 2001: a space odyssey",
    "book flight to Sun City",
    "meet May at the station",
    "order 2 pizzas for 3 people",
    "march for peace",
    "plan sunday brunch menu",
    "buy 5 apples",
    "fix bug #123",
    "upgrade to python 3.14",
    "buy gift under $20",
    "pay 50% deposit",
    "go to the 9am class",
    "read the 1st chapter",
    "call 555-1234",
    "renew 24/7 support",
    "email today's report",
    "email tomorrow's agenda to bob",
    "read urgent email from Bob",
    "write daily report",
    "check the morning paper",
    "review the weekly numbers with Ann",
    "buy second monitor",
    "sat nav update",
    "second opinion on the roof",
    "work on first draft",
    "look at 3 houses",
    "reduce costs by 5",
    "notes for friday meeting",
    "pay 05/06",
    "watch Black Friday",
    "meet at Noon Street",
    "call 555-1234 ext 9",
    "pills every morning and evening",
    "the day the earth stood still",
]


def due_of(draft: Draft) -> str | None:
    if draft.due is None:
        return None
    clock = f" {draft.due.time:%H:%M}" if draft.due.time else ""
    zone = f" {draft.due.timezone}" if draft.due.timezone else ""
    return f"{draft.due.date}{clock}{zone}"


@pytest.mark.parametrize(("text", "title", "due"), DATES)
def test_a_date_is_read(text: str, title: str, due: str, now: datetime, zone: str) -> None:
    draft = parse_task(text, now=now, zone=zone)

    assert (draft.title, due_of(draft)) == (title, due)
    assert draft.recurrence is None


@pytest.mark.parametrize(("text", "title", "due", "rule", "mode"), REPEATS)
def test_a_repeat_is_read(
    text: str, title: str, due: str, rule: str, mode: str, now: datetime, zone: str
) -> None:
    draft = parse_task(text, now=now, zone=zone)

    assert draft.recurrence is not None
    assert (draft.title, due_of(draft)) == (title, due)
    assert (draft.recurrence.rule, draft.recurrence.mode) == (rule, mode)


@pytest.mark.parametrize(("text", "title", "due", "reminders"), REMINDERS)
def test_a_reminder_is_read(
    text: str, title: str, due: str, reminders: list[dict[str, str]], now: datetime, zone: str
) -> None:
    draft = parse_task(text, now=now, zone=zone)

    assert (draft.title, due_of(draft)) == (title, due)
    assert list(draft.reminders) == reminders


@pytest.mark.parametrize("text", LITERAL)
def test_words_that_only_look_like_dates_stay_in_the_title(
    text: str, now: datetime, zone: str
) -> None:
    draft = parse_task(text, now=now, zone=zone)

    assert draft.title == text
    assert (draft.due, draft.recurrence, draft.priority, draft.reminders) == (None, None, None, ())


class TestMarks:
    @pytest.mark.parametrize(
        ("text", "priority"),
        [
            ("taxes p1", "high"),
            ("taxes P3", "low"),
            ("taxes !high", "high"),
            ("taxes !medium", "medium"),
            ("taxes urgent", "high"),
            ("urgent: taxes", "high"),
            ("taxes tomorrow urgent", "high"),
            ("taxes asap", "high"),
            ("taxes urgent p1", "high"),
            ("taxes high priority", "high"),
            ("taxes with low priority", "low"),
            ("taxes priority: medium", "medium"),
            ("taxes p4", None),
        ],
    )
    def test_priority(self, text: str, priority: str | None, now: datetime, zone: str) -> None:
        draft = parse_task(text, now=now, zone=zone)

        assert (draft.title, draft.priority) == ("taxes", priority)

    def test_tags_are_lower_case_and_once(self, now: datetime, zone: str) -> None:
        draft = parse_task("call #Work bank #money-2 #work", now=now, zone=zone)

        assert (draft.title, draft.tags) == ("call bank", ("work", "money-2"))

    def test_an_address_holds_no_tag(self, now: datetime, zone: str) -> None:
        assert parse_task("read https://a.example/x#y", now=now, zone=zone).tags == ()


class TestQuotes:
    def test_a_quoted_title_is_taken_as_it_is(self, now: datetime, zone: str) -> None:
        draft = parse_task('add "call mum tomorrow p1 #x" on friday', now=now, zone=zone)

        assert draft.title == "call mum tomorrow p1 #x"
        assert (due_of(draft), draft.priority, draft.tags) == ("2026-11-27", None, ())

    def test_a_quotation_inside_a_title_keeps_its_marks(self, now: datetime, zone: str) -> None:
        draft = parse_task('read "Next Friday" tomorrow', now=now, zone=zone)

        assert (draft.title, due_of(draft)) == ('read "Next Friday"', "2026-11-24")

    def test_apostrophes_are_no_quotes(self, now: datetime, zone: str) -> None:
        draft = parse_task("fix mum's and dad's door tomorrow", now=now, zone=zone)

        assert (draft.title, due_of(draft)) == ("fix mum's and dad's door", "2026-11-24")


class TestLead:
    @pytest.mark.parametrize(
        "text",
        [
            "add call mum",
            "Add a task to call mum",
            "create a task called call mum",
            "new task: call mum",
            "remind me to call mum",
            "please remind me to call mum",
            "set a reminder to call mum",
            "add call mum to my list",
            "call mum",
        ],
    )
    def test_is_left_out(self, text: str, now: datetime, zone: str) -> None:
        assert parse_task(text, now=now, zone=zone).title == "call mum"

    def test_remind_me_without_a_date_is_remembered(self, now: datetime, zone: str) -> None:
        draft = parse_task("remind me to buy milk", now=now, zone=zone)

        assert draft.wants_reminder
        assert draft.reminders == ()


class TestSpans:
    def test_each_names_its_part_of_the_text(self, now: datetime, zone: str) -> None:
        text = "add pay rent tomorrow at 5pm !high #home, remind me 1 hour before"
        spans = parse_task(text, now=now, zone=zone).spans

        assert [span.kind for span in spans] == [
            "verb",
            "date",
            "time",
            "priority",
            "tag",
            "reminder",
        ]
        assert all(text[span.start : span.end] == span.text for span in spans)


class TestZones:
    def test_tomorrow_is_the_users_day(self, now: datetime) -> None:
        kiritimati = parse_task("x tomorrow", now=now, zone="Pacific/Kiritimati")
        honolulu = parse_task("x tomorrow", now=now, zone="Pacific/Honolulu")

        assert (due_of(kiritimati), due_of(honolulu)) == ("2026-11-25", "2026-11-24")

    def test_a_time_in_another_zone_rolls_by_that_zone(self, now: datetime) -> None:
        draft = parse_task("x at 2pm America/New_York", now=now, zone="Europe/Berlin")

        assert due_of(draft) == "2026-11-24 14:00 America/New_York"

    def test_minutes_count_over_a_clock_change(self) -> None:
        before = datetime(2026, 3, 29, 0, 50, tzinfo=UTC)
        draft = parse_task("remind me to x in 20 minutes", now=before, zone="Europe/Berlin")

        assert due_of(draft) == "2026-03-29 03:10"
        assert draft.reminders == ({"at": "2026-03-29T01:10:00+00:00"},)

    def test_the_wall_clock_stays_over_a_clock_change(self) -> None:
        before = datetime(2026, 3, 28, 12, tzinfo=UTC)
        draft = parse_task("x tomorrow at 2:30", now=before, zone="Europe/Berlin")

        assert due_of(draft) == "2026-03-29 02:30"

    def test_an_unknown_zone_is_part_of_the_title(self, now: datetime, zone: str) -> None:
        draft = parse_task("x tomorrow Mars/Base", now=now, zone=zone)

        assert (draft.title, due_of(draft)) == ("x Mars/Base", "2026-11-24")


class TestFirstDate:
    @pytest.mark.parametrize(
        ("text", "now", "due"),
        [
            ("x every day at 9", "2026-11-23T07:59:00", "2026-11-23 09:00"),
            ("x every day at 9", "2026-11-23T08:00:00", "2026-11-24 09:00"),
            ("x on the 1st of every month at 9am", "2026-12-01T07:00:00", "2026-12-01 09:00"),
            ("x on the 1st of every month at 9am", "2026-12-01T08:00:00", "2027-01-01 09:00"),
            ("x every month on the 31st", "2026-11-03T08:00:00", "2026-11-30"),
            ("x every other monday at 9", "2026-11-23T20:00:00", "2026-11-30 09:00"),
            ("x every feb 29", "2026-11-23T20:00:00", "2027-02-28"),
        ],
    )
    def test_is_the_next_that_has_not_passed(self, text: str, now: str, due: str) -> None:
        moment = datetime.fromisoformat(now).replace(tzinfo=UTC)

        assert due_of(parse_task(text, now=moment, zone="Europe/Berlin")) == due


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "!",
        "#",
        '"',
        '""',
        "every",
        "remind me",
        "add",
        "in 9999 years",
        "in 9999 hours",
        "pay 1.1.9999",
        "pay in 8000 years",
        "on the 99th",
        "31 february",
        "2026-13-45",
        "at 25:99",
        "every 0 days",
        "every 9999 days",
        "at 13pm",
        "99/99",
        "every monday until never",
        "\ufdd0\ufdd1 tomorrow",
        "x" * 5000,
        "every " * 800,
        "1 hour and " * 400,
        "at 5 " * 900,
        '"' * 4000,
        "p1 " * 1200,
    ],
)
def test_nothing_makes_it_fail(text: str, now: datetime, zone: str) -> None:
    parse_task(text, now=now, zone=zone)

"""The expansion against dateutil, on the rules that dateutil gets right."""

import random
from datetime import datetime
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from todoku_calendar.expansion import Exhausted, Work, moments
from todoku_calendar.rules import parse_rule

STARTS = (datetime(2023, 12, 30, 9, 15), datetime(2024, 2, 29, 23, 0), datetime(2026, 1, 31, 0, 0))


def ours(rule: str, start: datetime, count: int = 30) -> list[datetime]:
    found: list[datetime] = []
    try:
        for moment in islice(moments(parse_rule(rule), start, Work()), count):
            found.append(moment)  # noqa: PERF402
    except Exhausted:
        pass
    return found


def theirs(rule: str, start: datetime, count: int = 30) -> list[datetime]:
    return list(islice(iter(rrulestr(rule, dtstart=start)), count))


# From RFC 5545, section 3.8.5.3, and rules people write.
KNOWN = [
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=10",
    "FREQ=YEARLY;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
    "FREQ=DAILY;BYMONTH=1",
    "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
    "FREQ=WEEKLY;WKST=SU;BYDAY=TU,TH",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
    "FREQ=MONTHLY;BYDAY=1FR",
    "FREQ=MONTHLY;INTERVAL=2;BYDAY=1SU,-1SU",
    "FREQ=MONTHLY;BYDAY=-2MO",
    "FREQ=MONTHLY;BYMONTHDAY=-3",
    "FREQ=MONTHLY;BYMONTHDAY=2,15",
    "FREQ=MONTHLY;BYMONTHDAY=1,-1",
    "FREQ=MONTHLY;INTERVAL=18;BYMONTHDAY=10,11,12,13,14,15",
    "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
    "FREQ=YEARLY;BYMONTH=6,7",
    "FREQ=YEARLY;INTERVAL=2;BYMONTH=1,2,3",
    "FREQ=YEARLY;INTERVAL=3;BYYEARDAY=1,100,200",
    "FREQ=YEARLY;BYDAY=20MO",
    "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
    "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
    "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
    "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
    "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
    "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
    "FREQ=MONTHLY;BYDAY=TU,WE,TH;BYSETPOS=3",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=HOURLY;INTERVAL=3",
    "FREQ=HOURLY;BYHOUR=9,10;BYDAY=MO",
    "FREQ=DAILY;BYHOUR=9,17;BYMINUTE=0,20,40",
    "FREQ=MONTHLY;BYDAY=MO,FR;BYHOUR=8,20;BYSETPOS=1,-1",
    "FREQ=YEARLY;BYYEARDAY=-1,366",
    "FREQ=YEARLY;BYMONTHDAY=31",
    "FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=MO,SU",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=YEARLY",
    "FREQ=MONTHLY",
]


@pytest.mark.parametrize("start", STARTS, ids=str)
@pytest.mark.parametrize("rule", KNOWN)
def test_known_rules(rule: str, start: datetime) -> None:
    assert ours(rule, start) == theirs(rule, start)


def a_rule(dice: random.Random) -> str:
    """A random rule of the parts that dateutil reads as the RFC means them."""
    freq = dice.choice(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"])
    parts = [f"FREQ={freq}", f"INTERVAL={dice.choice([1, 1, 2, 3, 5])}"]
    days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    if dice.random() < 0.4:
        parts.append(f"BYMONTH={','.join(map(str, dice.sample(range(1, 13), 3)))}")
    if dice.random() < 0.4:
        number = dice.choice(["", "1", "-1", "3"]) if freq in ("YEARLY", "MONTHLY") else ""
        parts.append(f"BYDAY={','.join(number + day for day in dice.sample(days, 2))}")
    if freq != "WEEKLY" and dice.random() < 0.4:
        numbers = dice.sample([*range(1, 32), *range(-31, 0)], 8)
        parts.append(f"BYMONTHDAY={','.join(map(str, numbers))}")
    if dice.random() < 0.3:
        parts.append(f"WKST={dice.choice(days)}")
    if freq != "HOURLY" and dice.random() < 0.3:
        parts.append("BYHOUR=6,18")
    # dateutil counts BYSETPOS of the first week from the start, not from the week's first day.
    if freq != "WEEKLY" and len(parts) > 3 and dice.random() < 0.3:
        parts.append(f"BYSETPOS={dice.choice(['1', '-1', '1,-1'])}")
    return ";".join(parts)


@pytest.mark.parametrize("seed", range(300))
def test_random_rules(seed: int) -> None:
    dice = random.Random(seed)
    rule, start = a_rule(dice), dice.choice(STARTS)
    if "BYSETPOS" in rule and not any(f";{by}" in rule for by in ("BYM", "BYD", "BYH")):
        rule = rule.partition(";BYSETPOS")[0]
    assert ours(rule, start, 12) == theirs(rule, start, 12), rule


@pytest.mark.parametrize("seed", range(100))
def test_beginning_near_a_moment_leaves_out_only_what_lies_before(seed: int) -> None:
    dice = random.Random(seed)
    rule, start = parse_rule(a_rule(dice).partition(";BYSETPOS")[0]), dice.choice(STARTS)
    all_of_it = list(islice(moments(rule, start, Work()), 60))
    near = dice.choice(all_of_it)
    jumped = list(islice((m for m in moments(rule, start, Work(), near=near) if m >= near), 5))
    assert jumped == [m for m in all_of_it if m >= near][:5] or all_of_it.index(near) > 55


class TestWhatDateutilLacks:
    def test_week_numbers_without_weekdays_take_that_of_the_start(self) -> None:
        found = ours("FREQ=YEARLY;BYWEEKNO=20", datetime(2026, 1, 7, 9), 3)
        assert [m.isocalendar()[1:] for m in found] == [(20, 3)] * 3

    def test_set_positions_of_the_first_week_count_from_its_first_day(self) -> None:
        found = ours("FREQ=WEEKLY;BYDAY=MO,FR;BYSETPOS=1", datetime(2026, 1, 7), 2)
        assert [m.day for m in found] == [12, 19]

    def test_skip_backward(self) -> None:
        found = ours("FREQ=MONTHLY;BYMONTHDAY=29,30,31;SKIP=BACKWARD", datetime(2026, 1, 29), 8)
        assert [(m.month, m.day) for m in found] == [
            (1, 29), (1, 30), (1, 31), (2, 28), (3, 29), (3, 30), (3, 31), (4, 29),
        ]  # fmt: skip

    def test_skip_forward_meets_the_first_once(self) -> None:
        found = ours("FREQ=MONTHLY;BYMONTHDAY=1,31;SKIP=FORWARD", datetime(2026, 1, 31), 5)
        assert [(m.month, m.day) for m in found] == [(1, 31), (2, 1), (3, 1), (3, 31), (4, 1)]

    def test_the_calendar_ends_quietly(self) -> None:
        assert ours("FREQ=YEARLY", datetime(9997, 6, 1)) == [
            datetime(9997, 6, 1),
            datetime(9998, 6, 1),
        ]
        assert ours("FREQ=WEEKLY;INTERVAL=1000", datetime(9997, 6, 1)) == [datetime(9997, 6, 1)]

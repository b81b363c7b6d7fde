from datetime import datetime
from time import perf_counter

import pytest
from todoku_calendar import Due, RuleError, validate_rule
from todoku_calendar.rules import Freq, Until, parse_rule

TIMED = Due.from_dict({"date": "2026-01-31", "time": "06:45"})
ALL_DAY = Due.from_dict({"date": "2026-01-31"})


class TestReading:
    def test_every_part(self) -> None:
        rule = parse_rule(
            "FREQ=MONTHLY;INTERVAL=2;COUNT=5;WKST=SU;BYMONTH=3,1;BYMONTHDAY=-1,15;BYDAY=MO,-1FR;"
            "BYHOUR=9;BYMINUTE=30;BYSECOND=0;BYSETPOS=-1;RSCALE=GREGORIAN;SKIP=FORWARD"
        )
        assert (rule.freq, rule.interval, rule.count, rule.week_start) == (Freq.MONTHLY, 2, 5, 6)
        assert (rule.by_month, rule.by_month_day) == ((1, 3), (-1, 15))
        assert rule.by_day == ((-1, 4), (0, 0))
        assert (rule.by_hour, rule.by_minute, rule.by_set_pos) == ((9,), (30,), (-1,))
        assert rule.skip == "FORWARD"

    def test_case_does_not_matter(self) -> None:
        assert parse_rule("freq=weekly;byday=mo") == parse_rule("FREQ=WEEKLY;BYDAY=MO")

    def test_until(self) -> None:
        day, local, utc = (
            parse_rule(f"FREQ=DAILY;UNTIL={text}").until
            for text in ("20261231", "20261231T090000", "20261231T080000Z")
        )
        nine = datetime(2026, 12, 31, 9)
        assert day == Until(datetime(2026, 12, 31), day_only=True)
        assert local == Until(nine)
        assert utc == Until(nine.replace(hour=8), utc=True)


REFUSED = {
    "": "is not a part of a rule",
    "INTERVAL=2": "needs FREQ",
    "FREQ": "parts are NAME=VALUE",
    "FREQ=DAILY;": "parts are NAME=VALUE",
    "RRULE:FREQ=DAILY": "without the prefix",
    "FREQ=DAILY\nEXDATE:20260101": "is not a frequency",
    "FREQ=DAILY;DTSTART=20260101": "DTSTART is not a part",
    "FREQ=DAILY;X-FOO=1": "X-FOO is not a part",
    "FREQ=DAILY;BYEASTER=0": "BYEASTER is not a part",
    "FREQ=DAILY;FREQ=WEEKLY": "FREQ is given twice",
    "FREQ=FORTNIGHTLY": "is not a frequency",
    "FREQ=SECONDLY": "finest frequency is HOURLY",
    "FREQ=MINUTELY;INTERVAL=30": "finest frequency is HOURLY",
    "FREQ=DAILY;INTERVAL=0": "INTERVAL is a whole number",
    "FREQ=DAILY;INTERVAL=-1": "INTERVAL is a whole number",
    "FREQ=DAILY;INTERVAL=1.5": "INTERVAL is a whole number",
    "FREQ=DAILY;INTERVAL=99999999999": "INTERVAL is a whole number",
    "FREQ=DAILY;COUNT=0": "COUNT is a whole number",
    "FREQ=DAILY;COUNT=10001": "COUNT is a whole number",
    "FREQ=DAILY;COUNT=3;UNTIL=20261231": "not by both",
    "FREQ=DAILY;UNTIL=20260230": "is not a moment",
    "FREQ=DAILY;UNTIL=2026-12-31": "is not a moment",
    "FREQ=DAILY;BYSECOND=30": "BYSECOND=30 is not supported",
    "FREQ=DAILY;RSCALE=HEBREW": "RSCALE=HEBREW is not supported",
    "FREQ=MONTHLY;SKIP=SIDEWAYS": "is not OMIT, BACKWARD or FORWARD",
    "FREQ=YEARLY;BYMONTH=13": "BYMONTH=13",
    "FREQ=YEARLY;BYMONTH=0": "BYMONTH=0",
    "FREQ=MONTHLY;BYMONTHDAY=0": "BYMONTHDAY=0",
    "FREQ=MONTHLY;BYMONTHDAY=-32": "BYMONTHDAY=-32",
    "FREQ=MONTHLY;BYMONTHDAY=": "parts are NAME=VALUE",
    "FREQ=MONTHLY;BYMONTHDAY=1,,2": "BYMONTHDAY=:",
    "FREQ=WEEKLY;BYDAY=XX": "is not a weekday",
    "FREQ=MONTHLY;BYDAY=0MO": "is not a weekday",
    "FREQ=MONTHLY;BYDAY=54MO": "is not a weekday",
    "FREQ=WEEKLY;WKST=1MO": "is not a weekday",
    "FREQ=WEEKLY;BYDAY=1MO": "Numbered weekdays",
    "FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO": "do not go with BYWEEKNO",
    "FREQ=MONTHLY;BYWEEKNO=1": "BYWEEKNO goes with",
    "FREQ=MONTHLY;BYYEARDAY=1": "BYYEARDAY goes with",
    "FREQ=WEEKLY;BYMONTHDAY=1": "BYMONTHDAY does not go with",
    "FREQ=MONTHLY;BYSETPOS=1": "BYSETPOS needs another",
    "FREQ=DAILY;BYHOUR=24": "BYHOUR=24",
    "FREQ=WEEKLY;BYDAY=" + ",".join(["MO"] * 300): "at most 500 characters",
}


class TestRefusals:
    @pytest.mark.parametrize("rule", REFUSED)
    def test_with_a_clear_text(self, rule: str) -> None:
        with pytest.raises(RuleError, match=REFUSED[rule]):
            validate_rule(rule, TIMED)

    @pytest.mark.parametrize(
        "rule", ["FREQ=HOURLY", "FREQ=DAILY;BYHOUR=9", "FREQ=DAILY;BYMINUTE=5"]
    )
    def test_hours_need_a_time_of_day(self, rule: str) -> None:
        validate_rule(rule, TIMED)
        with pytest.raises(RuleError, match="needs a due with a time"):
            validate_rule(rule, ALL_DAY)


IMPOSSIBLE = [
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;BYMONTH=2,4,6,9,11;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=3",
    "FREQ=MONTHLY;BYDAY=6MO",
    "FREQ=YEARLY;BYMONTH=1;BYYEARDAY=100",
    "FREQ=HOURLY;INTERVAL=24;BYHOUR=7",
    "FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=2",
    "FREQ=WEEKLY;INTERVAL=1000;BYDAY=MO;BYMONTH=2;BYSETPOS=300",
]


class TestRulesThatNeverHappen:
    @pytest.mark.parametrize("rule", IMPOSSIBLE)
    def test_are_refused(self, rule: str) -> None:
        with pytest.raises(RuleError, match="No date"):
            validate_rule(rule, TIMED)

    @pytest.mark.parametrize("rule", IMPOSSIBLE)
    def test_are_refused_at_once(self, rule: str) -> None:
        """Not a timed test: only that the work does not depend on the rule."""
        began = perf_counter()
        with pytest.raises(RuleError):
            validate_rule(rule, TIMED)
        assert perf_counter() - began < 5

    def test_a_skip_in_the_rule_makes_it_possible(self) -> None:
        validate_rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;SKIP=BACKWARD", TIMED)

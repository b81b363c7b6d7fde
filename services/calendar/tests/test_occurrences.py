from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from todoku_calendar import Due, Occurrence, RuleError, occurrences

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Karachi",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Sao_Paulo",
)


def due(text: str, timezone: str | None = None) -> Due:
    day, _, clock = text.partition(" ")
    return Due.from_dict({"date": day, "time": clock or None, "timezone": timezone})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def days(found: list[Occurrence]) -> list[str]:
    return [f"{each.due.date:%m-%d}" for each in found]


def instants(found: list[Occurrence]) -> list[str]:
    return [f"{each.at:%d %H:%M}" for each in found]


class TestWallClock:
    @pytest.mark.parametrize("zone", ZONES)
    @pytest.mark.parametrize("year", [2011, 2017, 2026])
    def test_06_45_stays_06_45(self, zone: str, year: int) -> None:
        found = occurrences("FREQ=DAILY", due(f"{year}-01-01 06:45"), zone, count=365)
        local = [each.at.astimezone(ZoneInfo(zone)) for each in found if each.note is None]
        assert {f"{each:%H:%M}" for each in local} == {"06:45"}
        assert len(local) >= 364
        assert all(earlier.at < later.at for earlier, later in pairwise(found))

    def test_a_fixed_zone_is_kept(self) -> None:
        found = occurrences(
            "FREQ=DAILY", due("2026-03-28 09:00", "Europe/Berlin"), "Asia/Karachi", count=2
        )
        assert instants(found) == ["28 08:00", "29 07:00"]
        assert {each.due.timezone for each in found} == {"Europe/Berlin"}

    def test_a_floating_series_is_read_in_the_users_zone(self) -> None:
        found = occurrences("FREQ=DAILY", due("2026-07-01 09:00"), "Asia/Karachi", count=1)
        assert instants(found) == ["01 04:00"]
        assert found[0].due.timezone is None


class TestClockChanges:
    @pytest.mark.parametrize(
        ("zone", "start", "expected", "note"),
        [
            ("Europe/Berlin", "2026-03-28 02:30", ["28 01:30", "29 01:00", "30 00:30"], "does not"),
            ("Europe/Berlin", "2026-10-24 02:30", ["24 00:30", "25 00:30", "26 01:30"], "twice"),
            ("America/New_York", "2026-03-07 02:30", ["07 07:30", "08 07:00", "09 06:30"], "does"),
            ("America/New_York", "2026-10-31 01:30", ["31 05:30", "01 05:30", "02 06:30"], "twice"),
            (
                "Australia/Lord_Howe",
                "2026-10-03 02:15",
                ["02 15:45", "03 15:30", "04 15:15"],
                "not",
            ),
            (
                "Australia/Lord_Howe",
                "2026-04-04 01:45",
                ["03 14:45", "04 14:45", "05 15:15"],
                "twi",
            ),
            (
                "Pacific/Apia",
                "2011-12-29 09:00",
                ["29 19:00", "30 10:00", "30 19:00"],
                "2011-12-31",
            ),
        ],
    )
    def test_the_second_day_is_noted(
        self, zone: str, start: str, expected: list[str], note: str
    ) -> None:
        found = occurrences("FREQ=DAILY", due(start), zone, count=3)
        assert instants(found) == expected
        assert [bool(each.note) for each in found] == [False, True, False]
        assert note in (found[1].note or "")
        assert found[1].due.time == found[0].due.time

    def test_karachi_has_none(self) -> None:
        found = occurrences("FREQ=DAILY", due("2026-01-01 02:30"), "Asia/Karachi", count=365)
        assert not any(each.note for each in found)

    def test_an_all_day_series_leaves_out_a_day_that_the_zone_left_out(self) -> None:
        found = occurrences("FREQ=DAILY", due("2011-12-28"), "Pacific/Apia", count=4)
        assert days(found) == ["12-28", "12-29", "12-31", "01-01"]

    def test_an_all_day_occurrence_alone_on_such_a_day_moves(self) -> None:
        found = occurrences("FREQ=WEEKLY", due("2011-12-23"), "Pacific/Apia", count=3)
        assert days(found) == ["12-23", "12-30", "01-06"]
        assert "2011-12-31 instead" in (found[1].note or "")


class TestHourly:
    @pytest.mark.parametrize(
        ("zone", "day", "hours"),
        [
            ("Europe/Berlin", "2026-03-29", 23),
            ("Europe/Berlin", "2026-10-25", 25),
            ("America/New_York", "2026-03-08", 23),
            ("America/New_York", "2026-11-01", 25),
            ("Asia/Karachi", "2026-03-29", 24),
        ],
    )
    @pytest.mark.parametrize("minute", ["00", "30"])
    def test_fires_every_hour_that_passes(
        self, zone: str, day: str, hours: int, minute: str
    ) -> None:
        found = occurrences("FREQ=HOURLY", due(f"{day} 00:{minute}"), zone, count=60)
        assert sum(each.due.date.isoformat() == day for each in found) == hours
        assert {later.at - earlier.at for earlier, later in pairwise(found)} == {timedelta(hours=1)}

    def test_in_both_hours_of_the_overlap_in_order(self) -> None:
        found = occurrences(
            "FREQ=HOURLY;BYMINUTE=0,30", due("2026-10-25 02:00"), "Europe/Berlin", count=5
        )
        assert instants(found) == ["25 00:00", "25 00:30", "25 01:00", "25 01:30", "25 02:00"]
        assert ["first" in (each.note or "") for each in found[:4]] == [True, True, False, False]
        assert ["second" in (each.note or "") for each in found[:4]] == [False, False, True, True]

    def test_the_grid_is_the_wall_clock(self) -> None:
        found = occurrences(
            "FREQ=HOURLY;INTERVAL=6", due("2026-03-28 00:00"), "Europe/Berlin", count=12
        )
        assert {f"{each.due.time:%H}" for each in found} == {"00", "06", "12", "18"}

    def test_an_hour_named_and_left_out_fires_after_the_gap(self) -> None:
        found = occurrences(
            "FREQ=HOURLY;BYHOUR=2", due("2026-03-29 00:30"), "Europe/Berlin", count=1
        )
        assert instants(found) == ["29 01:00"]

    def test_lord_howe_keeps_firing_through_half_an_hour(self) -> None:
        found = occurrences("FREQ=HOURLY", due("2026-10-04 01:00"), "Australia/Lord_Howe", count=3)
        assert instants(found) == ["03 14:30", "03 15:30", "03 16:00"]


class TestMonthEnds:
    @pytest.mark.parametrize(
        ("rule", "start", "expected"),
        [
            ("FREQ=MONTHLY", "2026-01-31", ["01-31", "02-28", "03-31", "04-30", "05-31"]),
            ("FREQ=MONTHLY", "2028-01-30", ["01-30", "02-29", "03-30", "04-30", "05-30"]),
            ("FREQ=MONTHLY", "2026-01-29", ["01-29", "02-28", "03-29", "04-29", "05-29"]),
            (
                "FREQ=MONTHLY;BYMONTHDAY=30,31",
                "2026-01-30",
                ["01-30", "01-31", "02-28", "03-30", "03-31"],
            ),
            (
                "FREQ=MONTHLY;INTERVAL=3",
                "2026-11-30",
                ["11-30", "02-28", "05-30", "08-30", "11-30"],
            ),
            ("FREQ=YEARLY", "2024-02-29", ["02-29", "02-28", "02-28", "02-28", "02-29"]),
            (
                "FREQ=MONTHLY;BYMONTHDAY=-1",
                "2026-01-31",
                ["01-31", "02-28", "03-31", "04-30", "05-31"],
            ),
            # Weekdays choose among real days: Friday the 31st is never Friday the 28th.
            (
                "FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=FR",
                "2026-01-01",
                ["07-31", "12-31", "03-31", "08-31", "05-31"],
            ),
        ],
    )
    def test_clamp_and_return_to_the_anchor(
        self, rule: str, start: str, expected: list[str]
    ) -> None:
        assert days(occurrences(rule, due(start), "Europe/Berlin", count=5)) == expected

    @pytest.mark.parametrize(
        ("rule", "start", "expected"),
        [
            ("FREQ=MONTHLY", "2026-01-31", ["01-31", "03-31", "05-31", "07-31"]),
            ("FREQ=YEARLY", "2024-02-29", ["02-29", "02-29", "02-29", "02-29"]),
            ("FREQ=MONTHLY;SKIP=BACKWARD", "2026-01-31", ["01-31", "02-28", "03-31", "04-30"]),
            ("FREQ=MONTHLY;SKIP=FORWARD", "2026-01-31", ["01-31", "03-01", "03-31", "05-01"]),
        ],
    )
    def test_imported_rules_keep_rfc_omission(
        self, rule: str, start: str, expected: list[str]
    ) -> None:
        assert (
            days(occurrences(rule, due(start), "Europe/Berlin", count=4, clamp=False)) == expected
        )

    def test_a_skip_in_the_rule_is_stronger_than_the_clamp(self) -> None:
        omit = occurrences("FREQ=MONTHLY;SKIP=OMIT", due("2026-01-31"), "Europe/Berlin", count=2)
        forward = occurrences(
            "FREQ=MONTHLY;SKIP=FORWARD", due("2026-01-31"), "Europe/Berlin", count=2
        )
        assert (days(omit), days(forward)) == (["01-31", "03-31"], ["01-31", "03-01"])

    def test_30_february_is_an_error_and_not_the_month_end(self) -> None:
        for clamp in (True, False):
            with pytest.raises(RuleError, match="No date"):
                occurrences(
                    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
                    due("2026-01-30"),
                    "UTC",
                    count=1,
                    clamp=clamp,
                )


class TestEnds:
    @pytest.mark.parametrize(
        ("rule", "start", "expected"),
        [
            ("FREQ=DAILY;COUNT=3", "2026-12-30 09:00", ["12-30", "12-31", "01-01"]),
            ("FREQ=DAILY;UNTIL=20270101", "2026-12-30 09:00", ["12-30", "12-31", "01-01"]),
            ("FREQ=DAILY;UNTIL=20261231T090000", "2026-12-30 09:00", ["12-30", "12-31"]),
            ("FREQ=DAILY;UNTIL=20261231T085900", "2026-12-30 09:00", ["12-30"]),
            ("FREQ=DAILY;UNTIL=20261231T080000Z", "2026-12-30 09:00", ["12-30", "12-31"]),
            ("FREQ=DAILY;UNTIL=20261231T075900Z", "2026-12-30 09:00", ["12-30"]),
            ("FREQ=DAILY;UNTIL=20261231", "2026-12-30", ["12-30", "12-31"]),
            ("FREQ=DAILY;UNTIL=20261231T235959Z", "2026-12-30", ["12-30", "12-31"]),
            ("FREQ=DAILY;UNTIL=20200101", "2026-12-30", []),
            ("FREQ=MONTHLY;COUNT=2;BYMONTHDAY=30,31", "2026-02-01", ["02-28", "03-30"]),
        ],
    )
    def test_count_and_until(self, rule: str, start: str, expected: list[str]) -> None:
        assert days(occurrences(rule, due(start), "Europe/Berlin", count=10)) == expected

    def test_count_counts_from_the_start_also_after_a_later_moment(self) -> None:
        found = occurrences(
            "FREQ=DAILY;COUNT=5", due("2026-01-01"), "UTC", count=10, after=utc("2026-01-03")
        )
        assert days(found) == ["01-04", "01-05"]


class TestAfter:
    def test_is_strict(self) -> None:
        found = occurrences(
            "FREQ=DAILY", due("2026-01-01 09:00"), "UTC", count=1, after=utc("2026-01-05T09:00")
        )
        assert days(found) == ["01-06"]

    @pytest.mark.parametrize(
        "rule", ["FREQ=HOURLY", "FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=2", "FREQ=MONTHLY"]
    )
    @pytest.mark.parametrize("zone", ZONES)
    def test_a_jump_over_decades_lands_on_the_same_grid(self, rule: str, zone: str) -> None:
        start = due("1970-01-31 02:30")
        later = occurrences(rule, start, zone, count=5, after=utc("2026-03-20"))
        walked = occurrences(rule, due("1970-01-31 02:30"), zone, count=1)
        assert walked[0].due == start
        assert all(each.at > utc("2026-03-20") for each in later)
        again = occurrences(rule, start, zone, count=4, after=later[0].at)
        assert again == later[1:]

    def test_secondly_since_1970_answers_with_an_error(self) -> None:
        with pytest.raises(RuleError, match="HOURLY"):
            occurrences(
                "FREQ=SECONDLY", due("1970-01-01 00:00"), "UTC", count=1, after=utc("2026-01-01")
            )

    def test_a_date_too_far_away_is_an_error_and_not_an_end(self) -> None:
        rule = "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;COUNT=10000"
        with pytest.raises(RuleError, match="too far away"):
            occurrences(rule, due("2026-01-01"), "UTC", count=1, after=utc("2900-01-01"))

    def test_what_was_found_before_the_work_ended_is_kept(self) -> None:
        found = occurrences(
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29", due("2026-01-01"), "UTC", count=100
        )
        assert 10 < len(found) < 100

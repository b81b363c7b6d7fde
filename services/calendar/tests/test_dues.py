from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from todoku_calendar import Due, DueError, local_today, reminder_instant, resolve, valid_zone
from todoku_calendar.dues import instant, second_instant

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Karachi",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Africa/Casablanca",
)


def due(text: str) -> Due:
    day, _, clock = text.partition(" ")
    return Due.from_dict({"date": day, "time": clock or None})


class TestShape:
    @pytest.mark.parametrize(
        "data",
        [
            {"date": "2026-02-28", "time": None, "timezone": None},
            {"date": "2026-02-28", "time": "06:45", "timezone": None},
            {"date": "2028-02-29", "time": "23:59", "timezone": "Asia/Karachi"},
        ],
    )
    def test_round_trip(self, data: dict[str, str | None]) -> None:
        assert Due.from_dict(data).to_dict() == data

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ({}, "YYYY-MM-DD"),
            ({"date": "2026-02-29"}, "not a date"),
            ({"date": "20260228"}, "YYYY-MM-DD"),
            ({"date": "2026-W01-1"}, "YYYY-MM-DD"),
            ({"date": 20260228}, "YYYY-MM-DD"),
            ({"date": "0001-01-01"}, "years 1900"),
            ({"date": "2026-02-28", "time": "24:00"}, "HH:MM"),
            ({"date": "2026-02-28", "time": "9:00"}, "HH:MM"),
            ({"date": "2026-02-28", "time": "09:00:00"}, "HH:MM"),
            ({"date": "2026-02-28", "timezone": "Asia/Karachi"}, "needs a time"),
            ({"date": "2026-02-28", "time": "09:00", "timezone": "Mars/Olympus"}, "not a known"),
            ({"date": "2026-02-28", "time": "09:00", "timezone": "../etc/passwd"}, "not a known"),
            ({"date": "2026-02-28", "time": "09:00", "timezone": 5}, "is a text"),
            ({"date": "2026-02-28", "hour": 9}, "Unknown field of a due: hour"),
        ],
    )
    def test_refusals(self, data: dict[str, object], message: str) -> None:
        with pytest.raises(DueError, match=message):
            Due.from_dict(data)

    def test_seconds_and_offsets_are_refused(self) -> None:
        for wrong in (time(9, 0, 1), time(9, tzinfo=UTC)):
            with pytest.raises(DueError):
                Due(date(2026, 1, 1), wrong)


class TestZones:
    def test_known(self) -> None:
        assert all(valid_zone(name) for name in (*ZONES, "UTC", "US/Eastern"))

    @pytest.mark.parametrize(
        "name",
        [
            *("", "Berlin", "Europe", "europe/berlin/", "/etc/passwd", "Factory"),
            # Some systems have these folders; PostgreSQL would refuse every list of the user's.
            *("right/UTC", "posix/Europe/Berlin"),
        ],
    )
    def test_unknown(self, name: str) -> None:
        assert not valid_zone(name)


class TestResolve:
    @pytest.mark.parametrize(
        ("text", "zone", "expected"),
        [
            ("2026-07-01 06:45", "Europe/Berlin", "2026-07-01T04:45"),
            ("2026-12-01 06:45", "Europe/Berlin", "2026-12-01T05:45"),
            ("2026-07-01 06:45", "Asia/Karachi", "2026-07-01T01:45"),
            # Gaps: the first instant after them.
            ("2026-03-29 02:00", "Europe/Berlin", "2026-03-29T01:00"),
            ("2026-03-29 02:30", "Europe/Berlin", "2026-03-29T01:00"),
            ("2026-03-08 02:59", "America/New_York", "2026-03-08T07:00"),
            ("2026-10-04 02:10", "Australia/Lord_Howe", "2026-10-03T15:30"),
            ("2011-12-30 09:00", "Pacific/Apia", "2011-12-30T10:00"),
            # Overlaps: the first of the two.
            ("2026-10-25 02:30", "Europe/Berlin", "2026-10-25T00:30"),
            ("2026-11-01 01:30", "America/New_York", "2026-11-01T05:30"),
            ("2026-04-05 01:45", "Australia/Lord_Howe", "2026-04-04T14:45"),
            # All day: the first instant of the local day, also where midnight is left out.
            ("2026-07-01", "Asia/Karachi", "2026-06-30T19:00"),
            ("2017-10-15", "America/Sao_Paulo", "2017-10-15T03:00"),
        ],
    )
    def test_instants(self, text: str, zone: str, expected: str) -> None:
        assert resolve(due(text), zone) == datetime.fromisoformat(expected).replace(tzinfo=UTC)

    def test_a_fixed_zone_wins_over_the_users(self) -> None:
        fixed = Due(date(2026, 7, 1), time(9), "Asia/Karachi")
        assert resolve(fixed, "Europe/Berlin") == resolve(fixed, "America/New_York")

    def test_a_floating_due_moves_with_the_user(self) -> None:
        floating = due("2026-07-01 09:00")
        assert resolve(floating, "America/New_York") - resolve(
            floating, "Europe/Berlin"
        ) == timedelta(hours=6)

    @pytest.mark.parametrize("zone", ZONES)
    def test_every_quarter_hour_of_two_years(self, zone: str) -> None:
        """Against the offsets themselves: it shows the wall clock, or is the end of a gap."""
        info = ZoneInfo(zone)
        wall, end = datetime(2011, 1, 1), datetime(2012, 12, 31)
        before = instant(wall - timedelta(minutes=15), zone)
        while wall < end:
            at = instant(wall, zone)
            shown = at.astimezone(info).replace(tzinfo=None)
            assert at >= before
            if shown == wall:
                for minutes in (30, 60, 120):
                    earlier = (at - timedelta(minutes=minutes)).astimezone(info)
                    assert earlier.replace(tzinfo=None) != wall
            else:
                just_before = (at - timedelta(seconds=1)).astimezone(info).replace(tzinfo=None)
                assert just_before < wall < shown
            before, wall = at, wall + timedelta(minutes=15)

    def test_second_instant_only_in_an_overlap(self) -> None:
        assert second_instant(datetime(2026, 10, 25, 2, 30), "Europe/Berlin") == datetime(
            2026, 10, 25, 1, 30, tzinfo=UTC
        )
        assert second_instant(datetime(2026, 10, 25, 3), "Europe/Berlin") is None
        assert second_instant(datetime(2026, 3, 29, 2, 30), "Europe/Berlin") is None


class TestReminders:
    def test_before_a_timed_due_is_elapsed_time(self) -> None:
        # The clocks go forward in between: two hours before 03:30 is half past midnight.
        at = reminder_instant(due("2026-03-29 03:30"), timedelta(hours=2), "Europe/Berlin")
        assert at.astimezone(ZoneInfo("Europe/Berlin")).strftime("%H:%M") == "00:30"

    def test_all_day_counts_from_nine(self) -> None:
        at = reminder_instant(due("2026-07-01"), timedelta(hours=1), "Asia/Karachi")
        assert at == datetime(2026, 7, 1, 3, tzinfo=UTC)
        assert reminder_instant(due("2026-07-01"), timedelta(), "Asia/Karachi").hour == 4


class TestToday:
    @pytest.mark.parametrize(
        ("zone", "day"),
        [("Pacific/Apia", 1), ("Asia/Karachi", 1), ("Europe/Berlin", 31), ("America/New_York", 31)],
    )
    def test_at_the_year_end(self, zone: str, day: int) -> None:
        assert local_today(datetime(2026, 12, 31, 20, 0, tzinfo=UTC), zone).day == day

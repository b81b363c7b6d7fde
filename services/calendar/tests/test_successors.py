from datetime import UTC, datetime
from typing import Any

import pytest
from todoku_calendar import Due, Mode, Recurrence, RuleError, next_occurrence


def due(text: str, timezone: str | None = None) -> Due:
    day, _, clock = text.partition(" ")
    return Due.from_dict({"date": day, "time": clock or None, "timezone": timezone})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def following(
    rule: str, mode: Mode, at: str, completed: str, zone: str = "Europe/Berlin", **more: Any
) -> str | None:
    found = next_occurrence(rule, mode, due(at), utc(completed), zone, **more).next
    return None if found is None else f"{found.due.wall:%Y-%m-%d %H:%M}"


class TestSchedule:
    @pytest.mark.parametrize(
        ("rule", "at", "completed", "expected"),
        [
            # In time, early, and late.
            ("FREQ=DAILY", "2026-05-04 09:00", "2026-05-04T08:00", "2026-05-05 09:00"),
            ("FREQ=DAILY", "2026-05-04 09:00", "2026-05-01T08:00", "2026-05-05 09:00"),
            ("FREQ=DAILY", "2026-05-01 09:00", "2026-05-04T08:00", "2026-05-05 09:00"),
            ("FREQ=DAILY", "2026-05-01 09:00", "2026-05-04T06:00", "2026-05-04 09:00"),
            ("FREQ=DAILY", "2026-05-01 09:00", "2026-05-04T07:00", "2026-05-05 09:00"),
            ("FREQ=WEEKLY;BYDAY=MO", "2026-05-04 09:00", "2026-05-06T08:00", "2026-05-11 09:00"),
            ("FREQ=DAILY;INTERVAL=3", "2026-05-01 09:00", "2026-05-05T12:00", "2026-05-07 09:00"),
            # Over the year's end and leap days.
            ("FREQ=DAILY", "2026-12-31 09:00", "2026-12-31T09:00", "2027-01-01 09:00"),
            ("FREQ=YEARLY", "2024-02-29 09:00", "2024-02-29T09:00", "2025-02-28 09:00"),
        ],
    )
    def test_first_after_due_and_completion(
        self, rule: str, at: str, completed: str, expected: str
    ) -> None:
        assert following(rule, "schedule", at, completed) == expected

    def test_all_day_goes_by_the_users_day(self) -> None:
        late = "2026-05-04T20:00"
        assert following("FREQ=DAILY", "schedule", "2026-05-01", late) == "2026-05-05 00:00"
        # Already the 5th in Karachi.
        assert following("FREQ=DAILY", "schedule", "2026-05-01", late, "Asia/Karachi") == (
            "2026-05-06 00:00"
        )

    def test_the_anchor_day_comes_back(self) -> None:
        more = {"anchor": due("2026-01-31 09:00")}
        assert following(
            "FREQ=MONTHLY", "schedule", "2026-01-31 09:00", "2026-01-31T09:00", **more
        ) == ("2026-02-28 09:00")
        assert following(
            "FREQ=MONTHLY", "schedule", "2026-02-28 09:00", "2026-02-28T09:00", **more
        ) == ("2026-03-31 09:00")

    def test_rfc_omission_without_the_clamp(self) -> None:
        found = following(
            "FREQ=MONTHLY", "schedule", "2026-01-31 09:00", "2026-01-31T09:00", clamp=False
        )
        assert found == "2026-03-31 09:00"

    def test_missed_ones_are_named_once_and_the_next_is_one(self) -> None:
        result = next_occurrence(
            "FREQ=DAILY",
            "schedule",
            due("2026-05-01 09:00"),
            utc("2026-05-04T08:00"),
            "Europe/Berlin",
        )
        assert [each.due.date.day for each in result.missed] == [2, 3, 4]
        assert result.next
        assert result.next.due == due("2026-05-05 09:00")

    def test_missed_ones_are_bounded(self) -> None:
        result = next_occurrence(
            "FREQ=HOURLY", "schedule", due("1970-01-01 09:00"), utc("2026-05-04T08:30"), "UTC"
        )
        assert len(result.missed) == 500
        assert result.next
        assert result.next.due == due("2026-05-04 09:00")

    def test_a_moved_occurrence_does_not_give_its_own_slot_again(self) -> None:
        moved = {"anchor": due("2026-05-01 09:00"), "slot": due("2026-05-08 09:00")}
        assert following(
            "FREQ=WEEKLY", "schedule", "2026-05-07 09:00", "2026-05-07T10:00", **moved
        ) == ("2026-05-15 09:00")

    def test_ends_by_count_and_by_until(self) -> None:
        more = {"anchor": due("2026-05-01")}
        assert following("FREQ=DAILY;COUNT=2", "schedule", "2026-05-01", "2026-05-01T09:00", **more)
        assert not following(
            "FREQ=DAILY;COUNT=2", "schedule", "2026-05-02", "2026-05-02T09:00", **more
        )
        assert not following(
            "FREQ=DAILY;UNTIL=20260502", "schedule", "2026-05-02", "2026-05-02T09:00"
        )

    def test_through_the_hour_that_happens_twice(self) -> None:
        first = due("2026-10-25 02:30")
        second = next_occurrence(
            "FREQ=HOURLY", "schedule", first, utc("2026-10-25T00:40"), "Europe/Berlin"
        )
        assert second.next
        assert (second.next.due, second.next.at) == (first, utc("2026-10-25T01:30"))
        third = next_occurrence(
            "FREQ=HOURLY", "schedule", first, utc("2026-10-25T01:40"), "Europe/Berlin"
        )
        assert third.next
        assert third.next.due == due("2026-10-25 03:30")


class TestCompletion:
    @pytest.mark.parametrize(
        ("rule", "at", "completed", "expected"),
        [
            ("FREQ=DAILY;INTERVAL=3", "2026-05-01 09:00", "2026-05-05T12:00", "2026-05-08 09:00"),
            ("FREQ=DAILY;INTERVAL=3", "2026-05-10 09:00", "2026-05-05T12:00", "2026-05-08 09:00"),
            ("FREQ=WEEKLY", "2026-05-04 09:00", "2026-05-06T05:00", "2026-05-13 09:00"),
            ("FREQ=MONTHLY", "2026-01-15 09:00", "2026-01-31T12:00", "2026-02-28 09:00"),
            ("FREQ=YEARLY", "2027-12-01 09:00", "2028-02-29T12:00", "2029-02-28 09:00"),
            (
                "FREQ=MONTHLY;BYMONTHDAY=1",
                "2026-05-01 09:00",
                "2026-05-20T12:00",
                "2026-06-01 09:00",
            ),
            # Done ahead of a named day: the one after it, not the same again.
            (
                "FREQ=MONTHLY;BYMONTHDAY=1",
                "2026-06-01 09:00",
                "2026-05-30T12:00",
                "2026-07-01 09:00",
            ),
            # Hours count from the moment of completion itself.
            (
                "FREQ=HOURLY;INTERVAL=4",
                "2026-05-01 09:00",
                "2026-05-01T08:20:30",
                "2026-05-01 14:20",
            ),
            ("FREQ=DAILY;BYHOUR=9,17", "2026-05-01 09:00", "2026-05-01T16:00", "2026-05-02 09:00"),
        ],
    )
    def test_counts_from_the_local_date_and_keeps_the_time(
        self, rule: str, at: str, completed: str, expected: str
    ) -> None:
        assert following(rule, "completion", at, completed) == expected

    def test_the_local_date_decides(self) -> None:
        # 22:30 UTC on the 4th is the 5th in Berlin and Karachi, still the 4th in New York.
        rule, at, completed = "FREQ=DAILY;INTERVAL=2", "2026-05-01 09:00", "2026-05-04T22:30"
        assert following(rule, "completion", at, completed, "Europe/Berlin") == "2026-05-07 09:00"
        assert (
            following(rule, "completion", at, completed, "America/New_York") == "2026-05-06 09:00"
        )

    def test_a_fixed_zone_decides_before_the_users(self) -> None:
        result = next_occurrence(
            "FREQ=DAILY",
            "completion",
            due("2026-05-01 09:00", "Asia/Karachi"),
            utc("2026-05-04T20:00"),
            "America/New_York",
        )
        assert result.next
        assert result.next.due == due("2026-05-06 09:00", "Asia/Karachi")

    def test_nothing_is_missed(self) -> None:
        result = next_occurrence(
            "FREQ=DAILY", "completion", due("2026-05-01 09:00"), utc("2026-05-04T08:00"), "UTC"
        )
        assert result.missed == []

    def test_ends_by_count_and_by_until(self) -> None:
        rule, at = "FREQ=DAILY;COUNT=2", "2026-05-02"
        assert following(rule, "completion", at, "2026-05-02T09:00", number=1) == "2026-05-03 00:00"
        assert following(rule, "completion", at, "2026-05-02T09:00", number=2) is None
        assert following("FREQ=DAILY;UNTIL=20260502", "completion", at, "2026-05-02T09:00") is None


class TestRecurrence:
    def test_round_trip(self) -> None:
        for data in (
            {"rule": "FREQ=DAILY", "mode": "schedule"},
            {"rule": "X", "mode": "completion"},
        ):
            assert Recurrence.from_dict(data).to_dict() == data
        assert Recurrence.from_dict({"rule": "FREQ=DAILY"}).mode == "schedule"

    @pytest.mark.parametrize("data", [{}, {"rule": 5}, {"rule": "FREQ=DAILY", "mode": "sometimes"}])
    def test_refuses(self, data: dict[str, object]) -> None:
        with pytest.raises(RuleError, match="a rule and a mode"):
            Recurrence.from_dict(data)

    def test_next_refuses_a_bad_rule(self) -> None:
        with pytest.raises(RuleError, match="HOURLY"):
            following("FREQ=SECONDLY", "completion", "2026-05-02", "2026-05-02T09:00")

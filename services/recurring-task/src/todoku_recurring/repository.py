"""Where series are kept. Nothing else here knows SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, Text, Uuid, func, literal_column, select
from todoku_calendar import Due, Recurrence
from todoku_platform.saving import ChangeSet, Key, save_statement
from todoku_platform.statements import bundle, one, param
from todoku_platform.storage import Storage

from todoku_recurring.domain import Occurrence, Series, State, successor_id
from todoku_recurring.tables import OCCURRENCES, PLATFORM, SERIES, ZONES

SAVE_SERIES = save_statement(PLATFORM, SERIES, OCCURRENCES, append=[OCCURRENCES])
SAVE_ZONE = save_statement(PLATFORM, ZONES)

USER = param("user_id", Text)
SERIES_ID = param("series_id", Uuid)
NEWEST_SHOWN = 200
DEFAULT_ZONE = "UTC"
Row = Mapping[str, Any]


def _series() -> Select[Any]:
    return select(SERIES).where(SERIES.c.user_id == USER)


def _occurrence(name: str) -> Select[Any]:
    return select(OCCURRENCES).where(
        OCCURRENCES.c.user_id == USER, OCCURRENCES.c.id == param(name, Uuid)
    )


def _done_others() -> Select[Any]:
    return select(func.count().label("n")).where(
        OCCURRENCES.c.user_id == USER,
        OCCURRENCES.c.series_id == SERIES_ID,
        OCCURRENCES.c.status == literal_column("'done'"),
        OCCURRENCES.c.id != param("task_id", Uuid),
    )


def _zone() -> Select[Any]:
    return select(ZONES).where(ZONES.c.id == USER, ZONES.c.user_id == USER)


def _shown() -> Select[Any]:
    """A series with its newest occurrences, in the order of their dues."""
    names = ("id", "due", "due_at", "status", "completed_at")
    newest = (
        select(*(OCCURRENCES.c[name] for name in names))
        .where(OCCURRENCES.c.user_id == USER, OCCURRENCES.c.series_id == SERIES.c.id)
        .order_by(OCCURRENCES.c.due_at.desc().nulls_last(), OCCURRENCES.c.id)
        .limit(literal_column(str(NEWEST_SHOWN)))
        .correlate(SERIES)
        .subquery("o")
    )
    in_order = func.json_agg(literal_column("o ORDER BY o.due_at, o.id"))
    gathered = select(func.coalesce(in_order, literal_column("'[]'::json"))).select_from(newest)
    columns = [SERIES.c[name] for name in ("id", "rule", "mode", "anchor", "current_task_id")]
    columns += [SERIES.c.created_at, SERIES.c.updated_at]
    return select(*columns, gathered.scalar_subquery().label("occurrences")).where(
        SERIES.c.user_id == USER
    )


LOAD = bundle(
    series=_series().where(SERIES.c.id == SERIES_ID),
    occurrence=_occurrence("task_id"),
    successor=_occurrence("successor_id"),
    done=_done_others(),
)
ZONE = one(_zone())
ONE_SERIES = bundle(series=_shown().where(SERIES.c.id == SERIES_ID), zone=_zone())
PAGE = bundle(
    series=_shown()
    .where(
        SERIES.c.id
        > func.coalesce(
            param("after", Uuid), literal_column("'00000000-0000-0000-0000-000000000000'::uuid")
        )
    )
    .order_by(SERIES.c.id)
    .limit(param("limit", Integer)),
    zone=_zone(),
)


@dataclass(frozen=True)
class SeriesStore:
    storage: Storage

    async def load(self, user_id: str, series_id: UUID, task_id: UUID) -> State:
        found = await self.storage.read(
            LOAD,
            user_id=user_id,
            series_id=str(series_id),
            task_id=str(task_id),
            successor_id=str(successor_id(series_id, task_id)),
        )
        series, occurrence, successor = (
            found[name][0] if found[name] else None
            for name in ("series", "occurrence", "successor")
        )
        return State(
            _series_of(series) if series else None,
            _occurrence_of(occurrence) if occurrence else None,
            _occurrence_of(successor) if successor else None,
            found["done"][0]["n"],
        )

    async def save(self, changes: ChangeSet, key: Key) -> bool:
        """False when the message was handled before. Raises Conflict, Erased, Unavailable."""
        return await self.storage.save(SAVE_SERIES, changes, key)

    async def zone_row(self, user_id: str) -> Row | None:
        found: Row | None = await self.storage.read(ZONE, user_id=user_id)
        return found

    async def save_zone(self, changes: ChangeSet, key: Key) -> bool:
        return await self.storage.save(SAVE_ZONE, changes, key)

    async def zone(self, user_id: str) -> str:
        """The user's zone; UTC until their settings say another."""
        return _timezone(await self.zone_row(user_id))

    async def one(self, user_id: str, series_id: UUID) -> dict[str, Any] | None:
        found = await self.storage.read(ONE_SERIES, user_id=user_id, series_id=str(series_id))
        return _with_zone(found)[0] if found["series"] else None

    async def page(self, user_id: str, after: UUID | None, limit: int) -> list[dict[str, Any]]:
        """Up to `limit` series whose id is greater than `after`, in the order of their making."""
        found = await self.storage.read(
            PAGE, user_id=user_id, after=str(after) if after else None, limit=str(limit)
        )
        return _with_zone(found)


def _with_zone(found: Row) -> list[dict[str, Any]]:
    timezone = _timezone(found["zone"][0] if found["zone"] else None)
    return [dict(series) | {"timezone": timezone} for series in found["series"]]


def _timezone(row: Row | None) -> str:
    return str(row["timezone"]) if row else DEFAULT_ZONE


def _series_of(row: Row) -> Series:
    return Series(
        id=UUID(row["id"]),
        recurrence=Recurrence(row["rule"], row["mode"]),
        anchor=Due.from_dict(row["anchor"]),
        current_task_id=UUID(row["current_task_id"]),
        version=row["version"],
        created_at=datetime.fromisoformat(row["created_at"]),
    )


def _occurrence_of(row: Row) -> Occurrence:
    return Occurrence(
        id=UUID(row["id"]),
        series_id=UUID(row["series_id"]),
        due=_due(row["due"]),
        slot=_due(row["slot"]),
        due_at=_instant(row["due_at"]),
        status=row["status"],
        completed_at=_instant(row["completed_at"]),
        task_sequence=row["task_sequence"],
        version=row["version"],
    )


def _due(value: dict[str, Any] | None) -> Due | None:
    return Due.from_dict(value) if value else None


def _instant(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None

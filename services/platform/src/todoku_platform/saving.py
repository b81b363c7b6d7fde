"""The one-statement write: rows, events and the key of the command, all or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Integer,
    Select,
    Table,
    TableValuedAlias,
    Text,
    case,
    cast,
    column,
    exists,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, Insert
from sqlalchemy.dialects.postgresql import insert as upsert

from todoku_platform.statements import Statement, param, statement
from todoku_platform.tables import PlatformTables

EVENT_COLUMNS = [
    "id",
    "user_id",
    "topic",
    "type",
    "key",
    "subject",
    "sequence",
    "payload",
    "actor",
    "correlation_id",
    "causation_id",
    "change_id",
    "traceparent",
    "occurred_at",
]
KEY_COLUMNS = [
    "user_id",
    "consumer",
    "message_id",
    "body_hash",
    "status",
    "headers",
    "answer",
    "expires_at",
]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Key:
    """What makes a repeated command harmless.

    For HTTP `consumer` is the route and `message_id` the Idempotency-Key, with the answer to
    repeat; for a message the topic and the event id. One that expires may be used again then.
    """

    consumer: str
    message_id: str
    body_hash: str = ""
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    answer: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True)
class EventRow:
    """One past-tense fact of one aggregate; `payload` carries its whole new state."""

    id: UUID
    topic: str
    type: str
    subject: str
    sequence: int
    payload: Mapping[str, Any]
    actor: str
    change_id: UUID
    occurred_at: datetime
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True)
class ChangeSet:
    """What one command changes for one user.

    A row is whole and carries its new version: 1 is inserted, n replaces n - 1. Rows under
    `append` are inserted if they are not there yet. `checks` are (id, version) of rows that the
    decision only read: they must still be so.
    """

    user_id: str
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    append: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    events: Sequence[EventRow] = ()
    checks: Mapping[str, Sequence[tuple[UUID | str, int]]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return not (any(self.rows.values()) or any(self.append.values()) or self.events)

    def document(self, key: Key | None) -> str:
        """The statement's only parameter."""
        for name, changed in self.rows.items():
            if len({row["id"] for row in changed}) != len(changed):
                raise ValueError(f"a row of {name} occurs twice: merge the edits of a command")
        expected = sum(map(len, self.rows.values())) + sum(map(len, self.checks.values()))
        document: dict[str, Any] = {"user_id": self.user_id, "expected": expected}
        document |= {f"w_{name}": list(changed) for name, changed in self.rows.items()}
        document |= {f"a_{name}": list(added) for name, added in self.append.items()}
        for name, pairs in self.checks.items():
            document[f"c_{name}"] = [{"id": i, "version": version} for i, version in pairs]
        document["events"] = [
            vars(event) | {"user_id": self.user_id, "key": self.user_id} for event in self.events
        ]
        document["key"] = [vars(key) | {"user_id": self.user_id}] if key else []
        # Several times faster than `json`, and it knows UUIDs and instants.
        return to_json(document).decode()


def save_statement(
    tables: PlatformTables,
    *written: Table,
    append: Sequence[Table] = (),
    checked: Sequence[Table] = (),
) -> Statement:
    """Compile the write for the tables one kind of command touches.

    Affects 1 row when applied and 0 when the key was seen before. A row that is not at its
    expected version, or not the user's, raises SQLSTATE TD409 inside, an erased user TD410; an id
    that exists already violates its primary key. Then nothing at all is written.
    """
    given = select(param("document", JSONB).label("d")).cte("i")
    gate = _gate(tables, given)
    counted: list[CTE] = []
    for table in written:
        incoming = _expand(table, _names(table), f"w_{table.name}", given, gate)
        counted += [_insert(table, incoming, given), _update(table, incoming, given)]
    counted += [_check(table, given, gate) for table in checked]
    effects = [_append(table, given, gate) for table in append]
    events = _expand(tables.events, EVENT_COLUMNS, "events", given, gate)
    effects.append(_copy(tables.events, EVENT_COLUMNS, events).cte("e"))

    touched: ColumnElement[int] = literal_column("0", Integer)
    for cte in counted:
        touched = touched + select(func.count()).select_from(cte).scalar_subquery()
    raises = getattr(func, tables.schema)
    verdict = case(
        (exists().where(tables.tombstones.c.user_id == _text(given, "user_id")), raises.erased()),
        (
            touched != cast(_text(given, "expected"), Integer),
            raises.conflict(literal_column("'version'")),
        ),
        else_=literal_column("1"),
    )
    return statement(select(verdict).select_from(given, gate).add_cte(*effects))


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def _json(given: CTE, name: str) -> ColumnElement[Any]:
    return given.c.d.op("->")(literal_column(f"'{name}'"))


def _text(given: CTE, name: str) -> ColumnElement[str]:
    return given.c.d.op("->>", return_type=Text())(literal_column(f"'{name}'"))


def _owner(given: CTE) -> ColumnElement[str]:
    return select(_text(given, "user_id")).scalar_subquery()


def _gate(tables: PlatformTables, given: CTE) -> CTE:
    """One row if the command is new or has no key, none if it was handled before."""
    keys = _recordset(tables.inbox, KEY_COLUMNS, _json(given, "key"), "kr")
    values: Select[*tuple[Any, ...]] = select(
        *(literal_column(f"kr.{name}") for name in KEY_COLUMNS)
    )
    write = upsert(tables.inbox).from_select(KEY_COLUMNS, values.select_from(given, keys))
    write = write.on_conflict_do_update(
        index_elements=["user_id", "consumer", "message_id"],
        set_={name: write.excluded[name] for name in KEY_COLUMNS[3:]},
        where=tables.inbox.c.expires_at < func.now(),
    )
    taken = write.returning(literal_column("1").label("n")).cte("k")
    keyless: Select[Any] = select(literal_column("1").label("n")).where(
        func.jsonb_array_length(_json(given, "key")) == literal_column("0")
    )
    return select(taken.c.n).union_all(keyless.select_from(given)).cte("g")


def _recordset(
    table: Table, names: Sequence[str], source: ColumnElement[Any], alias: str
) -> TableValuedAlias:
    typed = [Column(name, table.c[name].type) for name in names]
    records = func.jsonb_to_recordset(source).table_valued(*typed, name=alias)
    return records.render_derived(name=alias, with_types=True)


def _expand(table: Table, names: Sequence[str], key: str, given: CTE, gate: CTE) -> CTE:
    """The incoming rows; read by `literal_column`, whose short text keeps the whole small."""
    records = _recordset(table, names, _json(given, key), "r")
    return select(literal_column("r.*")).select_from(given, gate, records).cte(f"x_{key}")


def _copy(table: Table, names: Sequence[str], incoming: CTE, *where: ColumnElement[bool]) -> Insert:
    values = select(*(_of(incoming, name) for name in names)).select_from(incoming)
    return upsert(table).from_select(names, values.where(*where))


def _of(incoming: CTE, name: str) -> ColumnElement[Any]:
    return literal_column(f"{incoming.name}.{name}")


def _insert(table: Table, incoming: CTE, given: CTE) -> CTE:
    first = _of(incoming, "version") == literal_column("1")
    write = _copy(table, _names(table), incoming, first, _of(incoming, "user_id") == _owner(given))
    return write.returning(literal_column("1")).cte(f"n_{table.name}")


def _update(table: Table, incoming: CTE, given: CTE) -> CTE:
    """An update, not an upsert: that would bring back rows that were purged meanwhile."""
    kept = [name for name in _names(table) if name not in ("id", "user_id")]
    write = (
        update(table)
        .values({name: _of(incoming, name) for name in kept})
        .where(
            # Tied to the CTE, unlike a literal, so that the CTE stands in FROM.
            table.c.id == column("id", table.c.id.type, _selectable=incoming),
            table.c.version == _of(incoming, "version") - literal_column("1"),
            table.c.user_id == _owner(given),
        )
    )
    return write.returning(literal_column("1")).cte(f"u_{table.name}")


def _check(table: Table, given: CTE, gate: CTE) -> CTE:
    """Rows the decision only read: locked, so that they stay so until the commit."""
    seen = _recordset(table, ("id", "version"), _json(given, f"c_{table.name}"), "s")
    query: Select[Any] = (
        select(literal_column("1").label("n"))
        .select_from(given, gate, seen, table)
        .where(
            table.c.id == seen.c.id,
            table.c.version == seen.c.version,
            table.c.user_id == _text(given, "user_id"),
        )
        .with_for_update(read=True, of=table)
    )
    return query.cte(f"c_{table.name}")


def _append(table: Table, given: CTE, gate: CTE) -> CTE:
    incoming = _expand(table, _names(table), f"a_{table.name}", given, gate)
    write = _copy(table, _names(table), incoming, _of(incoming, "user_id") == _owner(given))
    return write.on_conflict_do_nothing().cte(f"a_{table.name}")

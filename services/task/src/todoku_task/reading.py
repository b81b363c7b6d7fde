"""Queries: each is constant SQL with the user in its WHERE and answers with one JSON text."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    case,
    exists,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from todoku_platform.idempotency import answer_query
from todoku_platform.statements import bundle, param, rows

from todoku_task.state import PRIVATE, SEEN
from todoku_task.tables import COUNTERS, PLATFORM, SETTINGS, TASKS

ONE: ColumnElement[int] = literal_column("1", Integer)
USER = param("user_id", Text)
MINE = TASKS.c.user_id == USER


def utc(column: ColumnElement[Any]) -> ColumnElement[str]:
    """As `state.instant` writes it, whatever zone the database session has."""
    shape: ColumnElement[str] = literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'""")
    return func.to_char(func.timezone(literal_column("'UTC'"), column), shape)


def _due() -> ColumnElement[Any]:
    day, clock = TASKS.c.due_date, TASKS.c.due_time
    due = func.json_build_object(
        literal_column("'date'"),
        day,
        literal_column("'time'"),
        func.to_char(clock, literal_column("'HH24:MI'")),
        literal_column("'timezone'"),
        TASKS.c.due_timezone,
    )
    return case((day.is_not(None), due))


def _column(name: str) -> ColumnElement[Any]:
    if name == "due":
        return _due().label(name)
    column = TASKS.c[name]
    return utc(column).label(name) if name.endswith("_at") else column


def tasks(*names: str) -> Select[Any]:
    """A user's tasks in the shape of `state.Task`."""
    return select(*(_column(name) for name in names)).where(MINE)


def settings() -> Select[Any]:
    names = ("timezone", "locale", "week_start", "default_reminders", "version")
    return select(*(SETTINGS.c[name] for name in names)).where(
        SETTINGS.c.id == USER, SETTINGS.c.user_id == USER
    )


def timezone() -> Select[Any]:
    return select(SETTINGS.c.timezone).where(SETTINGS.c.id == USER, SETTINGS.c.user_id == USER)


def _next_number(*unless: ColumnElement[bool]) -> Select[Any]:
    """Takes the user's next task number; none for an erased user or where `unless` holds."""
    erased = exists().where(PLATFORM.tombstones.c.user_id == USER)
    first = select(USER, ONE).where(~erased, *(~each for each in unless))
    taken = upsert(COUNTERS).from_select(["user_id", "last_number"], first)
    taken = taken.on_conflict_do_update(
        index_elements=["user_id"],
        set_={"last_number": COUNTERS.c.last_number + ONE},
        where=COUNTERS.c.user_id == USER,
    )
    made = taken.returning(COUNTERS.c.last_number).cte("made")
    return select(made.c.last_number)


_by_id = TASKS.c.id == param("id", Uuid)
_by_number = TASKS.c.number == param("number", Integer)
_answer = answer_query(PLATFORM)

RESERVE = bundle(
    number=_next_number(_answer.exists()),
    settings=settings(),
    answer=_answer,
)
GET_BY_ID = bundle(task=tasks(*SEEN).where(_by_id), settings=timezone())
GET_BY_NUMBER = bundle(task=tasks(*SEEN).where(_by_number), settings=timezone())
LOAD_BY_ID = bundle(task=tasks(*SEEN, *PRIVATE).where(_by_id), settings=timezone(), answer=_answer)
LOAD_BY_NUMBER = bundle(
    task=tasks(*SEEN, *PRIVATE).where(_by_number), settings=timezone(), answer=_answer
)
PREDECESSOR = TASKS.c.id == param("predecessor_id", Uuid)
SUCCESSOR = bundle(
    number=_next_number(exists().where(MINE, _by_id)),
    task=tasks(*SEEN, *PRIVATE).where(_by_id),
    predecessor=tasks(*SEEN, *PRIVATE).where(PREDECESSOR),
    settings=timezone(),
)
PAIR = bundle(
    task=tasks(*SEEN, *PRIVATE).where(_by_id),
    predecessor=tasks(*SEEN, *PRIVATE).where(PREDECESSOR),
    settings=timezone(),
)
SETTINGS_OF = rows(settings())


def _history() -> Select[Any]:
    events = PLATFORM.events
    return (
        select(
            events.c.id,
            events.c.type,
            events.c.sequence.label("version"),
            events.c.payload.op("->")(literal_column("'changed'")).label("changed"),
            events.c.actor,
            events.c.correlation_id,
            events.c.change_id,
            utc(events.c.occurred_at).label("occurred_at"),
        )
        .where(
            events.c.user_id == USER,
            events.c.subject == param("subject", Text),
            events.c.topic == literal_column("'task-events'"),
        )
        .order_by(events.c.seq.desc())
        .limit(literal_column("200"))
    )


HISTORY = rows(_history())

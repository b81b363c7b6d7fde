"""The list: one statement per combination of filters and order, made once and kept."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Text,
    Time,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB
from todoku_platform.problems import invalid
from todoku_platform.statements import Statement, bundle, param

from todoku_task import reading
from todoku_task.schemas import TaskQuery
from todoku_task.state import SEEN, instant
from todoku_task.tables import TASKS

Column = ColumnElement[Any]


@dataclass(frozen=True)
class Shape:
    """What decides the text of the statement; everything else is a parameter."""

    sort: str
    descending: bool
    status: str
    deleted: bool
    due: str | None
    priority: bool
    tags: bool
    text: bool
    page: bool


def shape(query: TaskQuery) -> Shape:
    return Shape(
        sort=query.sort.removeprefix("-"),
        descending=query.sort.startswith("-"),
        status=query.status,
        deleted=query.deleted,
        due=query.due,
        priority=query.priority is not None,
        tags=bool(query.tag),
        text=query.q is not None,
        page=query.cursor is not None,
    )


@lru_cache(maxsize=256)
def statement(of: Shape) -> Statement:
    keys = [*_KEYS[of.sort](lambda name: TASKS.c[name]), TASKS.c.number]
    found = reading.tasks(*SEEN).where(*_filters(of))
    if of.page:
        after = tuple_(*_KEYS[of.sort](_from_cursor), param("number", Integer))
        found = found.where(tuple_(*keys) < after if of.descending else tuple_(*keys) > after)
    order = [key.desc() if of.descending else key.asc() for key in keys]
    found = found.order_by(*order).limit(param("limit", Integer))
    return bundle(items=found, settings=reading.timezone())


def _filters(of: Shape) -> list[Column]:
    where: list[Column] = []
    if of.deleted:
        where += [TASKS.c.deleted_at.is_not(None), ~TASKS.c.withdrawn]
    else:
        where.append(TASKS.c.deleted_at.is_(None))
    if of.status != "all":
        where.append(TASKS.c.status == literal_column(f"'{of.status}'"))
    if of.due:
        where.append(_DUE[of.due]())
    if of.priority:
        unset: Column = literal_column("'none'")
        where.append(func.coalesce(TASKS.c.priority, unset) == param("priority", Text))
    if of.tags:
        given = func.jsonb_array_elements_text(param("tags", JSONB))
        where.append(TASKS.c.tags.contains(func.array(select(given).scalar_subquery())))
    if of.text:
        where.append(TASKS.c.title.ilike(param("text", Text)))
    return where


# What the user's local day makes of a due. The date of a due in a fixed zone is taken where the
# user is; a whole day is a date wherever they are.
def _zone() -> Column:
    utc: Column = literal_column("'UTC'")
    return func.coalesce(reading.timezone().scalar_subquery(), utc)


def _today() -> Column:
    return func.date(func.timezone(_zone(), _now()))


def _now() -> Column:
    return param("now", DateTime(timezone=True))


def _wall() -> Column:
    return TASKS.c.due_date + TASKS.c.due_time


def _instant() -> Column:
    return func.timezone(func.coalesce(TASKS.c.due_timezone, _zone()), _wall())


def _local_date() -> Column:
    elsewhere = func.date(func.timezone(_zone(), func.timezone(TASKS.c.due_timezone, _wall())))
    return case((TASKS.c.due_timezone.is_not(None), elsewhere), else_=TASKS.c.due_date)


def _overdue() -> Column:
    all_day = and_(TASKS.c.due_time.is_(None), TASKS.c.due_date < _today())
    return and_(
        TASKS.c.status == literal_column("'open'"),
        or_(all_day, and_(TASKS.c.due_time.is_not(None), _instant() < _now())),
    )


def _week() -> Column:
    return _local_date().between(_today(), _today() + literal_column("6"))


_DUE: dict[str, Callable[[], Column]] = {
    "today": lambda: _local_date() == _today(),
    "overdue": _overdue,
    "week": _week,
    "none": lambda: TASKS.c.due_date.is_(None),
}

_TYPES: dict[str, Any] = {
    "due_date": Date,
    "due_time": Time,
    "priority": Text,
    "title": Text,
    "updated_at": DateTime(timezone=True),
}


def _from_cursor(name: str) -> Column:
    return param(name, _TYPES[name])


def _due_keys(of: Callable[[str], Column]) -> list[Column]:
    """As in the index `tasks_user_due`: what has no due comes last, whole days after hours."""
    return [
        func.coalesce(of("due_date"), literal_column("'infinity'::date")),
        func.coalesce(of("due_time"), literal_column("'24:00'::time")),
    ]


def _rank(of: Callable[[str], Column]) -> list[Column]:
    ranks = {"high": "1", "medium": "2", "low": "3"}
    whens: list[tuple[Column, Column]] = [
        (of("priority") == literal_column(f"'{name}'"), literal_column(rank))
        for name, rank in ranks.items()
    ]
    return [case(*whens, else_=literal_column("4"))]


_KEYS: dict[str, Callable[[Callable[[str], Column]], list[Column]]] = {
    # Numbers are given in the order of creation.
    "created": lambda of: [],
    "due": _due_keys,
    "priority": _rank,
    "title": lambda of: [func.lower(of("title"))],
    "updated": lambda of: [of("updated_at")],
}
_CURSOR: dict[str, tuple[str, ...]] = {
    "created": (),
    "due": ("due_date", "due_time"),
    "priority": ("priority",),
    "title": ("title",),
    "updated": ("updated_at",),
}


def parameters(query: TaskQuery, user_id: str, now: datetime) -> dict[str, str | None]:
    """One row more than asked for says whether there is a next page."""
    given: dict[str, str | None] = {"user_id": user_id, "limit": str(query.limit + 1)}
    given |= {"now": instant(now), "priority": query.priority, "tags": json.dumps(query.tag)}
    given["text"] = f"%{_escaped(query.q)}%" if query.q else None
    if query.cursor is not None:
        given |= _read_cursor(query.cursor, query.sort)
    return given


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def cursor(task: dict[str, Any], sort: str) -> str:
    """Names the last task of a page by what it is sorted by."""
    due = task["due"] or {"date": None, "time": None}
    known = task | {"due_date": due["date"], "due_time": due["time"]}
    values = [known[name] for name in _CURSOR[sort.removeprefix("-")]]
    raw = json.dumps([sort, *values, task["number"]], ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read_cursor(text: str, sort: str) -> dict[str, str | None]:
    names = (*_CURSOR[sort.removeprefix("-")], "number")
    try:
        padded = text + "=" * (-len(text) % 4)
        made_for, *values = json.loads(base64.b64decode(padded, b"-_", validate=True))
        if made_for != sort or len(values) != len(names):
            raise ValueError
        return {name: _checked(name, value) for name, value in zip(names, values, strict=True)}
    except (ValueError, TypeError, KeyError, OverflowError, binascii.Error):
        raise invalid("cursor", "Not a cursor of this list and order.") from None


def _checked(name: str, value: object) -> str | None:
    """As the database reads it: what it cannot read it answers with silence."""
    if value is None and name in _EMPTY:
        return None
    if value is None:
        raise ValueError
    return _READ[name](str(value))


def _number(value: str) -> str:
    if not 0 <= int(value) < 2**31:
        raise ValueError
    return str(int(value))


def _text(value: str) -> str:
    if "\0" in value:
        raise ValueError
    return value.encode().decode()


_EMPTY = ("due_date", "due_time", "priority")
"""What a task may be without."""

_READ: dict[str, Callable[[str], str]] = {
    "number": _number,
    "title": _text,
    "priority": _text,
    "due_date": lambda value: date.fromisoformat(value).isoformat(),
    "due_time": lambda value: time.fromisoformat(value).replace(tzinfo=None).isoformat(),
    "updated_at": lambda value: instant(datetime.fromisoformat(value)),
}

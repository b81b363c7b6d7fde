"""Every statement the service makes, as constants; who may see a row stands in each of them."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    Text,
    Uuid,
    func,
    literal_column,
    not_,
    or_,
    select,
    text,
    tuple_,
)
from todoku_platform.saving import save_statement
from todoku_platform.statements import bundle, one, param, rows, statement
from todoku_platform.tables import platform_tables

from todoku_notification.tables import (
    SCHEMA,
    WAITING,
    feed,
    feed_heads,
    notifications,
    reminders,
    watched,
    zones,
)

ZONE_BATCH = 50
SWEEP_BATCH = 100
FEED_PAGE = 200

_platform = platform_tables(SCHEMA)
_user = param("user_id", Text)
_instant = DateTime(timezone=True)

SAVE_LEDGER = save_statement(_platform, watched, reminders, checked=(zones,))
SAVE_ZONE = save_statement(_platform, zones)
SAVE_RING = save_statement(_platform, reminders, notifications, append=(feed,))

TASK = bundle(
    watched=select(watched).where(watched.c.user_id == _user, watched.c.id == param("id", Uuid)),
    reminders=select(reminders).where(
        reminders.c.user_id == _user, reminders.c.task_id == param("id", Uuid)
    ),
    zones=select(zones).where(zones.c.user_id == _user, zones.c.id == _user),
)

_elsewhere = (
    select(watched)
    .where(
        watched.c.user_id == _user,
        watched.c.timezone != param("timezone", Text),
        watched.c.status == literal_column("'open'"),
        not_(watched.c.deleted),
    )
    .order_by(watched.c.id)
    .limit(literal_column(str(ZONE_BATCH)))
)
ELSEWHERE = bundle(
    watched=_elsewhere,
    reminders=select(reminders).where(
        reminders.c.user_id == _user,
        reminders.c.task_id.in_(_elsewhere.with_only_columns(watched.c.id)),
    ),
)
ZONE = one(select(zones).where(zones.c.user_id == _user, zones.c.id == _user))

# A wake-up names a reminder and no user; the row says whose it is, and the write holds it to that.
WOKEN = bundle(
    reminders=select(reminders).where(reminders.c.id == param("id", Uuid)),
    watched=select(watched).join(
        reminders,
        (reminders.c.task_id == watched.c.id) & (reminders.c.user_id == watched.c.user_id),
    ).where(reminders.c.id == param("id", Uuid)),
)  # fmt: skip
REMINDER = one(
    select(reminders).where(reminders.c.user_id == _user, reminders.c.id == param("id", Uuid))
)

_alive = ~(
    select(literal_column("1"))
    .where(_platform.tombstones.c.user_id == reminders.c.user_id)
    .exists()
)
_waiting = text(WAITING)
SWEEP = bundle(
    due=select(reminders.c.id, reminders.c.generation)
    .where(_waiting, _alive, reminders.c.due_at <= param("due_by", _instant))
    .order_by(reminders.c.due_at)
    .limit(literal_column(str(SWEEP_BATCH))),
    next=select(func.min(reminders.c.due_at).label("due_at")).where(
        _waiting, _alive, reminders.c.due_at > param("due_by", _instant)
    ),
)
PENDING = rows(
    select(reminders)
    .where(reminders.c.job_pending)
    .order_by(reminders.c.id)
    .limit(literal_column(str(SWEEP_BATCH)))
)
SCHEDULED = statement(
    text(f"""
    UPDATE {SCHEMA}.reminders AS r
    SET job = s.job, job_pending = false, version = r.version + 1
    FROM jsonb_to_recordset(CAST(:scheduled AS jsonb))
      AS s(id uuid, user_id text, version int, job text)
    WHERE r.id = s.id AND r.user_id = s.user_id AND r.version = s.version
    """)  # noqa: S608 - the schema is a constant
)
PRUNE = statement(feed.delete().where(feed.c.created_at < param("before", _instant)))

FEED = bundle(
    head=select(feed_heads.c.seq).where(feed_heads.c.user_id == _user),
    floor=select(func.min(feed.c.seq).label("seq")).where(feed.c.user_id == _user),
    rows=select(feed.c.seq, feed.c.kind, feed.c.data)
    .where(feed.c.user_id == _user, feed.c.seq > param("after", BigInteger))
    .order_by(feed.c.seq)
    .limit(literal_column(str(FEED_PAGE))),
)


def _optional(name: str, type_: Any, column: ColumnElement[Any]) -> ColumnElement[bool]:
    given = param(name, type_)
    return or_(given.is_(None), column == given)


_inbox_columns = [column for column in notifications.c if column.name not in ("user_id", "version")]
NOTIFICATIONS = rows(
    select(*_inbox_columns)
    .where(
        notifications.c.user_id == _user,
        or_(not_(param("unread", Boolean)), notifications.c.read_at.is_(None)),
        or_(
            param("at", _instant).is_(None),
            tuple_(notifications.c.created_at, notifications.c.id)
            < tuple_(param("at", _instant), param("id", Uuid)),
        ),
    )
    .order_by(notifications.c.created_at.desc(), notifications.c.id.desc())
    .limit(param("limit", Integer))
)
NOTIFICATION = one(
    select(notifications).where(
        notifications.c.user_id == _user, notifications.c.id == param("id", Uuid)
    )
)
_unsaid = ("user_id", "job", "job_pending", "correlation_id", "version")
_ledger_columns = [column for column in reminders.c if column.name not in _unsaid]
LEDGER = rows(
    select(*_ledger_columns, watched.c.number, watched.c.title)
    .join(
        watched,
        (watched.c.id == reminders.c.task_id) & (watched.c.user_id == reminders.c.user_id),
    )
    .where(
        reminders.c.user_id == _user,
        _optional("task_id", Uuid, reminders.c.task_id),
        _optional("status", Text, reminders.c.status),
        or_(
            param("at", _instant).is_(None),
            tuple_(reminders.c.due_at, reminders.c.id)
            > tuple_(param("at", _instant), param("id", Uuid)),
        ),
    )
    .order_by(reminders.c.due_at, reminders.c.id)
    .limit(param("limit", Integer))
)

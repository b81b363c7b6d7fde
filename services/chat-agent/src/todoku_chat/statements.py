"""The SQL of the repository, compiled once. Every statement asks for the user."""

from sqlalchemy import ColumnElement, Integer, Select, String, Text, Uuid, cast, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import DateTime
from todoku_platform.saving import save_statement
from todoku_platform.statements import Statement, bundle, one, param, rows, statement

from todoku_chat.tables import APPROVALS, CONVERSATIONS, COUNTERS, HISTORY, ITEMS, PLATFORM

USER = param("user_id", Text)
HISTORY_TURNS = 20

conversations = CONVERSATIONS.c
items = ITEMS.c


def _page(query: Select[tuple[object, ...]], id: ColumnElement[object], order: str) -> Statement:
    """A page of a list whose ids sort by time; `after` is the last id of the page before."""
    after = param("after", Uuid)
    beyond = id > after if order == "asc" else id < after
    sorted_by = id.asc() if order == "asc" else id.desc()
    page = query.where(or_(after.is_(None), beyond)).order_by(sorted_by)
    return rows(page.limit(param("limit", Integer)))


_conversation = select(CONVERSATIONS).where(conversations.user_id == USER)
_of_conversation = items.conversation_id == param("conversation_id", Uuid)
_items = select(items.id, items.data).where(items.user_id == USER, _of_conversation)

BY_ID = one(_conversation.where(conversations.id == param("id", Uuid)))
BY_NUMBER = one(_conversation.where(conversations.number == param("number", Integer)))
LIST = {order: _page(_conversation, conversations.id, order) for order in ("asc", "desc")}
ITEM_LIST = {order: _page(_items, items.id, order) for order in ("asc", "desc")}
ITEM = one(_items.where(items.id == param("id", Uuid)))

DELETE = statement(
    CONVERSATIONS.delete().where(
        conversations.user_id == USER, conversations.id == param("id", Uuid)
    )
)
DELETE_ITEM = statement(
    ITEMS.delete().where(items.user_id == USER, _of_conversation, items.id == param("id", Uuid))
)

_put = upsert(ITEMS).values(
    id=param("id", Uuid),
    user_id=USER,
    conversation_id=param("conversation_id", Uuid),
    data=param("data", JSONB),
    created_at=param("created_at", DateTime(timezone=True)),
    version=param("version", Integer),
)
PUT_ITEM = statement(
    _put.on_conflict_do_update(
        index_elements=["id"],
        set_={"data": _put.excluded.data},
        where=(
            (items.user_id == _put.excluded.user_id)
            & (items.conversation_id == _put.excluded.conversation_id)
        ),
    )
)

_first = upsert(COUNTERS).values(user_id=USER, last_number=param("first", Integer))
_counted = (
    _first.on_conflict_do_update(
        index_elements=["user_id"], set_={"last_number": COUNTERS.c.last_number + 1}
    )
    .returning(COUNTERS.c.last_number)
    .cte("counted")
)
NEXT_NUMBER = statement(select(cast(func.to_json(_counted.c.last_number), String)))

_turns = (
    select(HISTORY.c.id, HISTORY.c.messages)
    .where(
        HISTORY.c.user_id == USER,
        HISTORY.c.conversation_id == param("conversation_id", Uuid),
    )
    .order_by(HISTORY.c.id.desc())
    .limit(param("turns", Integer))
)
TURNS = bundle(
    conversation=_conversation.where(conversations.id == param("conversation_id", Uuid)),
    turns=_turns,
)

APPROVAL = one(
    select(APPROVALS).where(APPROVALS.c.user_id == USER, APPROVALS.c.id == param("id", Uuid))
)
DROP_EXPIRED = statement(
    APPROVALS.delete().where(
        APPROVALS.c.user_id == USER,
        APPROVALS.c.expires_at < param("before", DateTime(timezone=True)),
    )
)

SAVE_CONVERSATION = save_statement(PLATFORM, CONVERSATIONS)
SAVE_TURN = save_statement(PLATFORM, APPROVALS, append=[ITEMS, HISTORY])

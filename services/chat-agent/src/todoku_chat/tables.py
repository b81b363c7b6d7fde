"""The tables of the schema `chat`. Every row has its user, and every statement asks for it."""

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from todoku_platform.tables import platform_tables

SCHEMA = "chat"
metadata = MetaData()
PLATFORM = platform_tables(SCHEMA, metadata)


def _instant(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False)


def _conversation(name: str) -> ForeignKeyConstraint:
    """Whoever owns the conversation owns the row, and it goes with the conversation."""
    return ForeignKeyConstraint(
        ["conversation_id", "user_id"],
        [f"{SCHEMA}.conversations.id", f"{SCHEMA}.conversations.user_id"],
        ondelete="CASCADE",
        name=f"{name}_conversation",
    )


CONVERSATIONS = Table(
    "conversations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("title", Text),
    Column("details", JSONB, nullable=False),
    _instant("created_at"),
    _instant("updated_at"),
    Column("version", Integer, nullable=False),
    UniqueConstraint("id", "user_id", name="conversations_owner"),
    UniqueConstraint("user_id", "number", name="conversations_number"),
    schema=SCHEMA,
)

# What a person sees: ChatKit's thread items.
ITEMS = Table(
    "items",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("conversation_id", Uuid, nullable=False),
    Column("data", JSONB, nullable=False),
    _instant("created_at"),
    Column("version", Integer, nullable=False),
    _conversation("items"),
    schema=SCHEMA,
)

# What the model sees: one row a turn, complete in itself, so that turns never wait for each other.
HISTORY = Table(
    "history",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("conversation_id", Uuid, nullable=False),
    Column("messages", JSONB, nullable=False),
    _instant("created_at"),
    Column("version", Integer, nullable=False),
    _conversation("history"),
    schema=SCHEMA,
)

APPROVALS = Table(
    "approvals",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("conversation_id", Uuid, nullable=False),
    Column("turn_id", Uuid, nullable=False),
    Column("status", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("items", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("base", Integer, nullable=False),
    _instant("created_at"),
    _instant("expires_at"),
    Column("version", Integer, nullable=False),
    _conversation("approvals"),
    schema=SCHEMA,
)

COUNTERS = Table(
    "counters",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("last_number", Integer, nullable=False),
    schema=SCHEMA,
)

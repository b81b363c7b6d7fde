"""The tables every service with storage has in its own schema, beside those it is about."""

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB


def _instant(name: str, *, nullable: bool = True) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


@dataclass(frozen=True)
class PlatformTables:
    """`events` is outbox, audit log and history; `inbox` holds what was handled before."""

    schema: str
    events: Table
    inbox: Table
    dead_letters: Table
    tombstones: Table


def platform_tables(schema: str, metadata: MetaData | None = None) -> PlatformTables:
    metadata = metadata if metadata is not None else MetaData()
    events = Table(
        "events",
        metadata,
        Column("seq", BigInteger, Identity(always=True), primary_key=True),
        Column("id", Uuid, nullable=False, unique=True),
        Column("user_id", Text, nullable=False),
        Column("topic", Text, nullable=False),
        Column("type", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("sequence", Integer, nullable=False),
        Column("payload", JSONB, nullable=False),
        Column("actor", Text, nullable=False),
        Column("correlation_id", Text, nullable=False),
        Column("causation_id", Text),
        Column("change_id", Uuid, nullable=False),
        Column("traceparent", Text),
        _instant("occurred_at", nullable=False),
        _instant("leased_until"),
        _instant("published_at"),
        schema=schema,
    )
    inbox = Table(
        "inbox",
        metadata,
        Column("user_id", Text, nullable=False),
        Column("consumer", Text, nullable=False),
        Column("message_id", Text, nullable=False),
        Column("body_hash", Text, nullable=False),
        Column("status", Integer, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("answer", Text, nullable=False),
        _instant("expires_at"),
        Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        PrimaryKeyConstraint("user_id", "consumer", "message_id"),
        schema=schema,
    )
    dead_letters = Table(
        "dead_letters",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("topic", Text, nullable=False),
        Column("event_id", Text, nullable=False),
        Column("type", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("envelope", JSONB, nullable=False),
        Column("status", Text, nullable=False),
        _instant("received_at", nullable=False),
        _instant("updated_at", nullable=False),
        schema=schema,
    )
    tombstones = Table(
        "tombstones",
        metadata,
        Column("user_id", Text, primary_key=True),
        _instant("erased_at", nullable=False),
        schema=schema,
    )
    return PlatformTables(schema, events, inbox, dead_letters, tombstones)

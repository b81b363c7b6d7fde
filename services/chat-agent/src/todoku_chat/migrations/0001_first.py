"""Conversations, what people and the model see of them, and questions that wait for a click."""

from alembic import op
from sqlalchemy import text
from todoku_platform.migrations import create_platform_tables

revision = "0001"
down_revision = None

OWNED = """FOREIGN KEY (conversation_id, user_id)
  REFERENCES chat.conversations (id, user_id) ON DELETE CASCADE"""

TABLES = f"""
CREATE TABLE chat.conversations (
  id uuid PRIMARY KEY, user_id text NOT NULL, number int NOT NULL, title text,
  details jsonb NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  version int NOT NULL,
  CONSTRAINT conversations_owner UNIQUE (id, user_id),
  CONSTRAINT conversations_number UNIQUE (user_id, number));
CREATE INDEX conversations_list ON chat.conversations (user_id, id);
CREATE TABLE chat.items (
  id uuid PRIMARY KEY, user_id text NOT NULL, conversation_id uuid NOT NULL, data jsonb NOT NULL,
  created_at timestamptz NOT NULL, version int NOT NULL,
  CONSTRAINT items_conversation {OWNED});
CREATE INDEX items_list ON chat.items (conversation_id, user_id, id);
CREATE TABLE chat.history (
  id uuid PRIMARY KEY, user_id text NOT NULL, conversation_id uuid NOT NULL,
  messages jsonb NOT NULL, created_at timestamptz NOT NULL, version int NOT NULL,
  CONSTRAINT history_conversation {OWNED});
CREATE INDEX history_list ON chat.history (conversation_id, user_id, id);
CREATE TABLE chat.approvals (
  id uuid PRIMARY KEY, user_id text NOT NULL, conversation_id uuid NOT NULL,
  turn_id uuid NOT NULL, status text NOT NULL, summary text NOT NULL, items jsonb NOT NULL,
  state text NOT NULL, base int NOT NULL, created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL, version int NOT NULL,
  CONSTRAINT approvals_conversation {OWNED});
CREATE INDEX approvals_conversation_list ON chat.approvals (conversation_id, user_id);
CREATE INDEX approvals_expiry ON chat.approvals (user_id, expires_at);
CREATE TABLE chat.counters (user_id text PRIMARY KEY, last_number int NOT NULL)
"""


def upgrade() -> None:
    create_platform_tables("chat")
    for command in TABLES.split(";"):
        op.execute(text(command))

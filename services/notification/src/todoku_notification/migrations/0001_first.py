"""Reminders, notifications and the feed."""

from alembic import op
from sqlalchemy import text
from todoku_platform.migrations import create_platform_tables

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE notification.watched (
  id uuid PRIMARY KEY, user_id text NOT NULL, number int NOT NULL, title text NOT NULL,
  status text NOT NULL, due jsonb, timezone text NOT NULL, reminders jsonb NOT NULL,
  task_sequence int NOT NULL, deleted boolean NOT NULL, changed_at timestamptz NOT NULL,
  version int NOT NULL);
CREATE INDEX ix_watched_user_zone ON notification.watched (user_id, timezone);
CREATE TABLE notification.reminders (
  id uuid PRIMARY KEY, user_id text NOT NULL, task_id uuid NOT NULL, spec jsonb NOT NULL,
  planned_for timestamptz NOT NULL, due_at timestamptz NOT NULL, status text NOT NULL, reason text,
  generation int NOT NULL, job text, job_pending boolean NOT NULL, correlation_id text NOT NULL,
  fired_at timestamptz, version int NOT NULL);
CREATE INDEX ix_reminders_task ON notification.reminders (user_id, task_id);
CREATE INDEX ix_reminders_ledger ON notification.reminders (user_id, due_at, id);
CREATE INDEX ix_reminders_waiting ON notification.reminders (due_at)
  WHERE status IN ('planned', 'snoozed');
CREATE INDEX ix_reminders_job_pending ON notification.reminders (id) WHERE job_pending;
CREATE TABLE notification.notifications (
  id uuid PRIMARY KEY, user_id text NOT NULL, kind text NOT NULL, task_id uuid NOT NULL,
  reminder_id uuid NOT NULL, number int NOT NULL, title text NOT NULL, body text NOT NULL,
  due jsonb, due_at timestamptz NOT NULL, created_at timestamptz NOT NULL, read_at timestamptz,
  version int NOT NULL);
CREATE INDEX ix_notifications_inbox ON notification.notifications (user_id, created_at, id);
CREATE TABLE notification.zones (
  id text PRIMARY KEY, user_id text NOT NULL, timezone text NOT NULL,
  settings_sequence int NOT NULL, version int NOT NULL);
CREATE TABLE notification.feed_heads (user_id text PRIMARY KEY, seq bigint NOT NULL);
CREATE TABLE notification.feed (
  user_id text NOT NULL, seq bigint NOT NULL, kind text NOT NULL, data jsonb NOT NULL,
  created_at timestamptz NOT NULL, PRIMARY KEY (user_id, seq));
CREATE INDEX ix_feed_created_at ON notification.feed (created_at)
"""

# The head of a user stays locked until the commit, so that numbers become visible in their order.
# What lies more than a thousand rows back goes: a stream that is so far behind loads anew.
NUMBER_FEED = """
CREATE FUNCTION notification.number_feed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO notification.feed_heads AS heads (user_id, seq) VALUES (NEW.user_id, 1)
    ON CONFLICT (user_id) DO UPDATE SET seq = heads.seq + 1
    RETURNING seq INTO NEW.seq;
  DELETE FROM notification.feed WHERE user_id = NEW.user_id AND seq <= NEW.seq - 1000;
  RETURN NEW;
END $$
"""

TRIGGER = """
CREATE TRIGGER number_feed BEFORE INSERT ON notification.feed
  FOR EACH ROW EXECUTE FUNCTION notification.number_feed()
"""


def upgrade() -> None:
    create_platform_tables("notification")
    for command in TABLES.split(";"):
        op.execute(text(command))
    op.execute(text(NUMBER_FEED))
    op.execute(text(TRIGGER))

from datetime import timedelta
from typing import ClassVar

from pydantic import Field
from todoku_platform.settings import ServiceSettings

from todoku_notification.tables import SCHEMA


class Settings(ServiceSettings):
    schema_name: ClassVar[str] = SCHEMA

    app_id: str = "notification"

    live_topic: str = "feed-wakeups"

    catch_up_window: timedelta = Field(default=timedelta(hours=24), ge=timedelta(0))
    """How late a reminder may still ring after an outage; later it is recorded as missed."""

    feed_kept: timedelta = Field(default=timedelta(days=7), gt=timedelta(0))
    """A stream that was away for longer than this is told to load everything anew."""

    streams_per_user: int = Field(default=20, ge=1)
    """Open streams of one user on one replica."""

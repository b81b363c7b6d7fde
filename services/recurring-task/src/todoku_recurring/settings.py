"""What the service reads from its environment."""

from typing import ClassVar

from todoku_platform.settings import ServiceSettings

from todoku_recurring.tables import SCHEMA


class Settings(ServiceSettings):
    schema_name: ClassVar[str] = SCHEMA

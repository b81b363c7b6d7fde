from typing import ClassVar

from todoku_platform.settings import ServiceSettings


class Settings(ServiceSettings):
    schema_name: ClassVar[str] = "sample"

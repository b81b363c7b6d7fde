"""What a topic file and an event type say, as data."""

import builtins
from dataclasses import dataclass
from typing import Literal

from todoku_contracts.base import Contract


@dataclass(frozen=True, slots=True)
class EventType:
    type: str
    topic: str
    model: builtins.type[Contract]
    dataschema: str


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    owner: str
    component: Literal["pubsub", "live"]
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    retention: str
    types: tuple[str, ...]

    def dead(self, app_id: str) -> str:
        """The topic that receives what `app_id` could not handle of this one."""
        return f"{self.name}.{app_id}.dead"

    @property
    def dead_letters(self) -> dict[str, str]:
        """Consumer → its dead-letter topic. Wake-ups have none: losing one costs nothing."""
        if self.component == "live":
            return {}
        return {app_id: self.dead(app_id) for app_id in self.consumers}

"""The REST contract of the chat."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from todoku_chat.domain import Outcome
from todoku_chat.repository import Row

MAX_MESSAGE = 5000
MAX_TITLE = 200
MAX_NUMBER = 2**31 - 1
# PostgreSQL's jsonb refuses U+0000; the rest has no meaning in a message.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def without_control(text: str) -> str:
    """Raises ValueError for control characters other than tab and line breaks."""
    if _CONTROL.search(text):
        raise ValueError("contains control characters")
    return text


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_MESSAGE),
    AfterValidator(without_control),
]


class Say(BaseModel):
    model_config = ConfigDict(extra="forbid")

    conversation_id: int | None = Field(None, ge=1, le=MAX_NUMBER, description="None begins one")
    message: Text


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    approve: bool


class ToolCallOut(BaseModel):
    name: str
    arguments: dict[str, Any]
    result: Any = Field(description="The tool's JSON, or its error in words")


class PendingItemOut(BaseModel):
    tool: str
    arguments: dict[str, Any]
    number: int | None
    title: str | None


class PendingOut(BaseModel):
    """What will happen if the user agrees."""

    id: str
    summary: str
    items: list[PendingItemOut]


class Reply(BaseModel):
    conversation_id: int
    response: str
    tool_calls: list[ToolCallOut]
    pending: PendingOut | None = None

    @classmethod
    def of(cls, conversation: Row, outcome: Outcome) -> "Reply":
        return cls.model_validate(
            {
                "conversation_id": conversation["number"],
                "response": outcome.response,
                "tool_calls": outcome.tool_calls,
                "pending": outcome.pending,
            },
            from_attributes=True,
        )

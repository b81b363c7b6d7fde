"""The stream of one response, in the order and shape in which the Responses API sends it."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseContentPartAddedEvent,
    ResponseContentPartDoneEvent,
    ResponseCreatedEvent,
    ResponseFunctionCallArgumentsDeltaEvent,
    ResponseFunctionCallArgumentsDoneEvent,
    ResponseFunctionToolCall,
    ResponseOutputItemAddedEvent,
    ResponseOutputItemDoneEvent,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
)

type OutputItem = ResponseFunctionToolCall | ResponseOutputMessage


def events(response: Response, item: OutputItem) -> Iterator[ResponseStreamEvent]:
    numbers = count()
    open_response = response.model_copy(update={"output": [], "status": "in_progress"})
    yield ResponseCreatedEvent(
        type="response.created", response=open_response, sequence_number=next(numbers)
    )
    unfilled: dict[str, Any] = (
        {"arguments": ""} if isinstance(item, ResponseFunctionToolCall) else {"content": []}
    )
    yield ResponseOutputItemAddedEvent(
        type="response.output_item.added",
        item=item.model_copy(update={"status": "in_progress", **unfilled}),
        output_index=0,
        sequence_number=next(numbers),
    )
    yield from (
        _call(item, numbers) if isinstance(item, ResponseFunctionToolCall) else _text(item, numbers)
    )
    yield ResponseOutputItemDoneEvent(
        type="response.output_item.done", item=item, output_index=0, sequence_number=next(numbers)
    )
    yield ResponseCompletedEvent(
        type="response.completed", response=response, sequence_number=next(numbers)
    )


def _call(item: ResponseFunctionToolCall, numbers: Iterator[int]) -> Iterator[ResponseStreamEvent]:
    yield ResponseFunctionCallArgumentsDeltaEvent(
        type="response.function_call_arguments.delta",
        item_id=item.id or item.call_id,
        output_index=0,
        delta=item.arguments,
        sequence_number=next(numbers),
    )
    yield ResponseFunctionCallArgumentsDoneEvent(
        type="response.function_call_arguments.done",
        item_id=item.id or item.call_id,
        output_index=0,
        name=item.name,
        arguments=item.arguments,
        sequence_number=next(numbers),
    )


def _text(item: ResponseOutputMessage, numbers: Iterator[int]) -> Iterator[ResponseStreamEvent]:
    part = ResponseOutputText.model_validate(item.content[0].model_dump())
    place: dict[str, Any] = {"item_id": item.id, "output_index": 0, "content_index": 0}
    yield ResponseContentPartAddedEvent(
        type="response.content_part.added",
        part=part.model_copy(update={"text": ""}),
        sequence_number=next(numbers),
        **place,
    )
    for delta in words(part.text):
        yield ResponseTextDeltaEvent(
            type="response.output_text.delta",
            delta=delta,
            logprobs=[],
            sequence_number=next(numbers),
            **place,
        )
    yield ResponseTextDoneEvent(
        type="response.output_text.done",
        text=part.text,
        logprobs=[],
        sequence_number=next(numbers),
        **place,
    )
    yield ResponseContentPartDoneEvent(
        type="response.content_part.done", part=part, sequence_number=next(numbers), **place
    )


def words(text: str) -> Iterator[str]:
    """The text in pieces of one word with the space before it; together they are the text."""
    start = 0
    for index, char in enumerate(text):
        if char.isspace() and index > start and not text[index - 1].isspace():
            yield text[start:index]
            start = index
    if text[start:]:
        yield text[start:]

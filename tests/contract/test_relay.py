"""What a relay makes of an event row is what the envelope's schema describes."""

import json
from pathlib import Path

import pytest
from todoku_contracts.events import Envelope
from todoku_contracts.registry import TYPES
from todoku_platform.inbox import parse
from todoku_platform.outbox import envelope

EXAMPLES = Path(__file__).parents[2] / "contracts/examples"
VALID = sorted(path for path in EXAMPLES.glob("*/*.json") if path.parent.name != "invalid")


@pytest.mark.parametrize("path", VALID, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_a_row_becomes_the_envelope_that_was_agreed(path: Path) -> None:
    event = json.loads(path.read_text())
    row = {
        "id": event["id"],
        "type": event["type"],
        "subject": event["subject"],
        "occurred_at": event["time"],
        "key": event["partitionkey"],
        "sequence": int(event["sequence"]),
        "correlation_id": event["correlationid"],
        "causation_id": event.get("causationid"),
        "actor": event["actor"],
        "traceparent": event["traceparent"],
        "payload": event["data"],
    }
    made = envelope(row, event["source"])
    assert Envelope.model_validate(made) == Envelope.model_validate(event)
    assert set(made) == set(event) - {"tenant"}


@pytest.mark.parametrize("path", VALID, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_the_inbox_reads_it(path: Path) -> None:
    message = json.loads(path.read_text())
    topic = TYPES[message["type"]].topic
    event = parse(topic, message)
    assert event.user_id == message["partitionkey"]
    assert event.sequence == int(message["sequence"])

"""The exported document is what the service is."""

from pathlib import Path

from todoku_platform.openapi import document

EXPORTED = Path(__file__).parents[3] / "contracts" / "openapi" / "task.json"


def test_no_drift():
    """Made again by `python -m todoku_platform.openapi todoku_task`."""
    assert EXPORTED.read_text() == document("todoku_task")

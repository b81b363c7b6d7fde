"""One moment for all tests: Monday 23 November 2026, 21:00:30 in Berlin."""

from datetime import UTC, datetime

import pytest

NOW = datetime(2026, 11, 23, 20, 0, 30, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def zone() -> str:
    return "Europe/Berlin"

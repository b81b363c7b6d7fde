import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from todoku_platform.storage import Storage

sys.path.insert(0, str(Path(__file__).parent / "sample"))


@pytest.fixture
async def storage(open_storage) -> AsyncIterator[Storage]:
    return await open_storage("todoku_sample")

"""Programs put before the real ones, for what needs no cluster to be true."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.kubectl import FakeKubectl


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Puts a program of that name and text first on the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def put(name: str, text: str) -> None:
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)

    return put


@pytest.fixture
def kubectl(tmp_path: Path, program: Callable[[str, str], None]) -> FakeKubectl:
    fake = FakeKubectl(tmp_path)
    program("kubectl", fake.program)
    return fake

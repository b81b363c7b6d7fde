"""The way to the front end of a cluster, and what stands in it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from todoku_cluster import kubectl
from todoku_local.errors import LocalError, Missing

Program = Callable[[str, str], None]


def test_the_address_is_the_one_that_kubectl_tells(program: Program) -> None:
    program("kubectl", "#!/bin/sh\necho Forwarding from 127.0.0.1:4321\n")
    with kubectl.forwarded("todoku") as url:
        assert url == "http://127.0.0.1:4321"


def test_what_kubectl_says_against_it_is_told(program: Program) -> None:
    program("kubectl", '#!/bin/sh\n[ "$1" = get ] || { echo no pods >&2; exit 1; }\n')
    with (
        pytest.raises(LocalError, match="no way to service/frontend in namespace x: no pods"),
        kubectl.forwarded("x"),
    ):
        pass


def test_without_kubectl_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(Missing, match="kubectl is not installed: https://"),
        kubectl.forwarded("todoku"),
    ):
        pass

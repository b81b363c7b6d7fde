from pathlib import Path

import pytest
from todoku_local import dapr, frontend
from todoku_local.errors import Missing
from todoku_local.launcher import Launcher


class TestUsable:
    @pytest.mark.parametrize("version", ["1.16.5\n", "v1.18.0", "2.0.1"])
    def test_new_enough(self, version: str) -> None:
        assert dapr.usable(version)

    @pytest.mark.parametrize("version", ["1.15.9", "edge", ""])
    def test_too_old_or_unknown(self, version: str) -> None:
        assert not dapr.usable(version)


class TestEnsure:
    def test_one_line_says_what_to_install(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setenv("DAPR_RUNTIME_PATH", str(tmp_path))
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        with pytest.raises(Missing, match=r"Go 1\.24\.11"):
            dapr.ensure(Launcher(tmp_path / "processes"), tmp_path, lambda _: None)


class TestFrontendSources:
    def test_build_output_does_not_count(self, tmp_path: Path) -> None:
        (tmp_path / "page.tsx").write_text("a")
        before = frontend.digest(frontend.sources(tmp_path), tmp_path)
        (tmp_path / ".next").mkdir()
        (tmp_path / ".next" / "out").write_text("x")
        assert frontend.digest(frontend.sources(tmp_path), tmp_path) == before
        (tmp_path / "page.tsx").write_text("b")
        assert frontend.digest(frontend.sources(tmp_path), tmp_path) != before

import os
from pathlib import Path

import pytest
from todoku_local.errors import Running
from todoku_local.holding import Holding


class TestHolding:
    def test_second_holder_is_told_who_holds(self, tmp_path: Path) -> None:
        first, second = Holding(tmp_path / "lock"), Holding(tmp_path / "lock")
        first.take()
        with pytest.raises(Running, match=str(os.getpid())):
            second.take()
        assert not second.free()
        first.release()
        second.take()
        second.release()

    def test_nothing_is_held_where_nothing_ran(self, tmp_path: Path) -> None:
        assert Holding(tmp_path / "lock").free()
        assert Holding(tmp_path / "lock").holder() is None

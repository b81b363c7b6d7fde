from pathlib import Path

from todoku_local import migrations
from todoku_local.services import BY_ID

TASK = BY_ID["task"]


class TestCurrent:
    def test_only_after_a_stamp_of_the_same_revisions(self, tmp_path: Path) -> None:
        stamps = tmp_path / "stamps"
        assert not migrations.current(TASK, stamps)
        migrations.stamp([TASK], stamps)
        assert migrations.current(TASK, stamps)
        (stamps / "task").write_text("older")
        assert not migrations.current(TASK, stamps)

    def test_never_for_a_database_that_is_not_ours(self) -> None:
        migrations.stamp([TASK], None)
        assert not migrations.current(TASK, None)

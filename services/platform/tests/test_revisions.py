"""The revisions a package names in its files are those that Alembic runs."""

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from todoku_platform import migrations, revisions
from todoku_platform.errors import Unavailable
from todoku_platform.storage import Storage

PACKAGES = ["todoku_chat", "todoku_notification", "todoku_recurring", "todoku_task"]


def by_alembic(package: str) -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(migrations.ALEMBIC))
    config.set_main_option("version_locations", str(revisions.folder(package)))
    config.set_main_option("path_separator", "newline")
    walked = ScriptDirectory.from_config(config).walk_revisions()
    return [script.revision for script in walked][::-1]


class TestKnown:
    @pytest.mark.parametrize("package", [*PACKAGES, "todoku_sample"])
    def test_as_alembic_orders_them(self, package):
        assert revisions.known(package) == by_alembic(package)

    def test_a_file_with_another_name_is_noticed(self, tmp_path, monkeypatch):
        (tmp_path / "0001_first.py").write_text("revision = '7f3a'\ndown_revision = None\n")
        monkeypatch.setattr(revisions, "folder", lambda _: tmp_path)
        assert revisions.known("any") != by_alembic("any")


class NoWord:
    """The binding: it does not tell a failed statement from a lost database."""

    def __init__(self, real: Storage) -> None:
        self._real = real
        self.away = False

    async def query(self, sql: str, arguments: list) -> str:
        try:
            if self.away:
                raise Unavailable("no answer")
            return await self._real._driver.query(sql, arguments)
        except Exception as exc:
            raise Unavailable("no answer") from exc


@pytest.mark.postgres
class TestCurrent:
    @pytest.fixture(params=["direct", "binding"])
    def asked(self, request, storage) -> Storage:
        return storage if request.param == "direct" else Storage(NoWord(storage))

    async def test_of_a_migrated_schema(self, asked):
        assert await revisions.current(asked, "sample") == "0001"

    async def test_none_without_a_table(self, asked):
        assert await revisions.current(asked, "nowhere") is None

    async def test_none_where_the_role_may_not_look(self, asked, postgres_url):
        owner = await asyncpg.connect(postgres_url)
        await owner.execute("CREATE SCHEMA IF NOT EXISTS closed")
        await owner.execute("CREATE TABLE IF NOT EXISTS closed.alembic_version (version_num text)")
        await owner.close()
        assert await revisions.current(asked, "closed") is None

    async def test_a_database_that_is_away_is_no_answer(self, storage):
        away = NoWord(storage)
        away.away = True
        with pytest.raises(Unavailable):
            await revisions.current(Storage(away), "sample")

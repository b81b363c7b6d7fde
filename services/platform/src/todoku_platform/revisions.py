"""Revisions of a schema: which a package knows and which the database has, without Alembic."""

import importlib
from pathlib import Path

from sqlalchemy import text

from todoku_platform.errors import Unavailable
from todoku_platform.statements import Statement, statement
from todoku_platform.storage import Storage, StorageError


def folder(package: str) -> Path:
    return Path(str(importlib.import_module(package).__file__)).parent / "migrations"


def known(package: str) -> list[str]:
    """Oldest first; the last is the one the code needs. A file is `<revision>_<what>.py`:
    Alembic itself would cost an idle service its memory."""
    return sorted(path.stem.partition("_")[0] for path in folder(package).glob("[0-9]*.py"))


async def current(storage: Storage, schema: str) -> str | None:
    """None when there is no table of revisions that this role may read.

    Raises Unavailable, or StorageError on a direct connection.
    """
    try:
        found = await storage.read(_value(f"SELECT version_num FROM {schema}.alembic_version"))  # noqa: S608 - a constant of the service
    except (Unavailable, StorageError):
        # Through the binding a failed statement is not told from a lost database.
        if (await storage.read(_readable(schema)))["value"]:
            raise
        return None
    revision: str | None = found["value"]
    return revision


def _readable(schema: str) -> Statement:
    return _value(f"""
        SELECT bool_or(has_schema_privilege(n.oid, 'USAGE')
                       AND has_table_privilege(c.oid, 'SELECT'))
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = '{schema}' AND c.relname = 'alembic_version'""")  # noqa: S608 - as above


def _value(query: str) -> Statement:
    return statement(text(f"SELECT json_build_object('value', ({query}))::text"))

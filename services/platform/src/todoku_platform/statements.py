"""SQL as constants: compiled once, parameters as text, answers as one JSON text.

Through the Dapr binding a parameter is a string or null and a column keeps no type, so every
statement casts what goes in and renders what comes out itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Executable, Select, String, cast, func, literal_column, select
from sqlalchemy import bindparam as _bindparam
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.types import TypeEngine

MAX_SQL = 6000  # bytes: the sidecar echoes the text in a response header
_dialect = PGDialect_asyncpg()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Statement:
    """Constant SQL and the order of its parameters; `constants` are those the text brought."""

    sql: str
    order: tuple[str, ...]
    constants: Mapping[str, Any]

    def arguments(self, values: Mapping[str, str | None]) -> list[Any]:
        missing = [name for name in self.order if name not in values and name not in self.constants]
        if missing:
            raise TypeError(f"the statement needs {', '.join(missing)}")
        return [values[name] if name in values else self.constants[name] for name in self.order]


def statement(executable: Executable) -> Statement:
    """Compile once, at import; refuses a text that the binding could not carry."""
    compiled = executable.compile(  # type: ignore[attr-defined]
        dialect=_dialect, compile_kwargs={"render_postcompile": True}
    )
    sql = " ".join(str(compiled).split())
    if len(sql.encode()) >= MAX_SQL:
        raise ValueError(f"the statement has {len(sql)} characters, at most {MAX_SQL} pass")
    order = tuple(compiled.positiontup or ())
    given = compiled.construct_params(_check=False)
    return Statement(sql, order, {k: v for k, v in given.items() if v is not None})


def param(name: str, type_: TypeEngine[Any] | type[TypeEngine[Any]]) -> ColumnElement[Any]:
    """A parameter that travels as text (or null) and is cast in SQL."""
    return cast(_bindparam(name, type_=String), type_)


def rows(query: Select[Any]) -> Statement:
    """All rows of a query as one JSON array of objects."""
    return statement(select(cast(_array(query), String)))


def one(query: Select[Any]) -> Statement:
    """The first row of a query as one JSON object, or null."""
    return statement(select(cast(_object(query), String)))


def bundle(**parts: Select[Any]) -> Statement:
    """Several queries in one round trip: an object with an array of objects under each name."""
    pairs: list[ColumnElement[Any]] = []
    for name, query in parts.items():
        pairs += [literal_column(f"'{name}'"), _array(query)]
    return statement(select(cast(func.json_build_object(*pairs), String)))


def _array(query: Select[Any]) -> ColumnElement[Any]:
    gathered = select(func.json_agg(literal_column("q"))).select_from(query.subquery("q"))
    return func.coalesce(gathered.scalar_subquery(), literal_column("'[]'::json"))


def _object(query: Select[Any]) -> ColumnElement[Any]:
    found = select(func.row_to_json(literal_column("q"))).select_from(query.limit(1).subquery("q"))
    return func.coalesce(found.scalar_subquery(), literal_column("'null'::json"))

"""Reading and inserting rows by prepared statements, and several of them by one round trip.

The ORM spends more on a row than PostgreSQL does. Rows travel as one JSON document, which the
table's own row type takes apart (`json_populate_recordset`), so there is no second list of types.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from psycopg import Cursor

from console.platform.telemetry.statements import traced
from console.tenancy.models import ScopedModel

Parameters = Sequence[Any] | Mapping[str, Any]


@contextmanager
def one_round_trip() -> Iterator[None]:
    """Sends the statements inside without waiting for each (libpq's pipeline mode).

    An error of any of them is raised at the end, and the transaction is lost.
    """
    connection.ensure_connection()
    raw: Any = connection.connection
    with connection.wrap_database_errors, raw.pipeline():
        yield


def insert_rows(rows: Sequence[ScopedModel]) -> None:
    """Inserts unsaved objects of one model, in the transaction at hand.

    Columns that the database fills (`db_default`) are left to it. Raises Django's database errors.
    """
    if rows:
        insert_documents(type(rows[0]), [row.__dict__ for row in rows])


def insert_documents(model: type[ScopedModel], documents: Sequence[Mapping[str, Any]]) -> None:
    """Likewise of values by column, where nobody needs the objects: making one costs as much."""
    if not documents:
        return
    statement, columns = _insert_statement(model)
    rows = [{name: document[name] for name in columns} for document in documents]
    execute(statement, [orjson.dumps(rows, default=_as_text).decode()])


def execute(statement: str, parameters: Sequence[Any]) -> Cursor:
    """Runs a prepared statement: planning one costs as much as running it.

    In a pipeline its `rowcount` is known once that ends.
    """
    return _prepared(statement, parameters)


def fetch(statement: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    """The rows of a prepared statement, for the few that every request needs."""
    return _prepared(statement, parameters).fetchall()


def select(
    models: Mapping[str, type[ScopedModel]], source: str, parameters: Parameters
) -> list[tuple[Any, ...]]:
    """Objects of several tables by one prepared statement: the ORM spends more than the server.

    `models` by the alias that `source` ("FROM ... WHERE ...") gives each table; what an outer join
    did not find is None. Raises Django's database errors.
    """
    tables = [_table(model) for model in models.values()]
    columns = [
        f"{alias}.{column}"
        for alias, table in zip(models, tables, strict=True)
        for column in table.columns
    ]
    rows = fetch(f"SELECT {', '.join(columns)} {source}", parameters)
    return [tuple(_objects(tables, row)) for row in rows]


def _objects(tables: "Sequence[_Table]", row: tuple[Any, ...]) -> Iterator[ScopedModel | None]:
    start = 0
    for table in tables:
        values = list(row[start : start + len(table.columns)])
        start += len(table.columns)
        if values[table.id_at] is None:
            yield None
            continue
        for at, convert in table.converted:
            values[at] = convert(values[at], None, connection)
        yield table.model.from_db(DEFAULT_DB_ALIAS, table.names, values)


@dataclass(frozen=True, slots=True)
class _Table:
    """`converted` are the places of columns that Django reads otherwise than psycopg."""

    model: type[ScopedModel]
    names: tuple[str, ...]
    columns: tuple[str, ...]
    id_at: int
    converted: tuple[tuple[int, Any], ...]


@cache
def _table(model: type[ScopedModel]) -> _Table:
    fields = model._meta.concrete_fields  # noqa: SLF001 - Django's documented model API
    names = tuple(field.attname for field in fields)
    return _Table(
        model=model,
        names=names,
        columns=tuple(str(field.column) for field in fields),
        id_at=names.index("id"),
        converted=tuple(
            (at, field.from_db_value)
            for at, field in enumerate(fields)
            if hasattr(field, "from_db_value")
        ),
    )


def _prepared(statement: str, parameters: Parameters) -> Cursor:
    database = connections[DEFAULT_DB_ALIAS]  # its proxy asks a thread-local per attribute
    database.ensure_connection()
    with traced(statement), database.wrap_database_errors:
        return Cursor(database.connection).execute(statement, parameters, prepare=True)


@cache
def _insert_statement(model: type[ScopedModel]) -> tuple[str, tuple[str, ...]]:
    columns = tuple(
        str(field.column)
        for field in model._meta.concrete_fields  # noqa: SLF001 - Django's documented model API
        if field.column and not _is_filled_by_database(field)
    )
    table = model._meta.db_table  # noqa: SLF001
    names = ", ".join(columns)
    statement = (
        f"INSERT INTO {table} ({names})"  # noqa: S608 - names of our own models
        f" SELECT {names} FROM json_populate_recordset(NULL::{table}, %s::json)"
    )
    return statement, columns


def _is_filled_by_database(field: "models.Field[Any, Any]") -> bool:
    return field.has_db_default()


def _as_text(value: object) -> str:
    """What JSON has no form for, in PostgreSQL's input syntax. Raises TypeError."""
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    if hasattr(value, "to_text"):  # pgvector's types
        text: str = value.to_text()
        return text
    raise TypeError(f"{type(value).__name__} has no text form for a row.")

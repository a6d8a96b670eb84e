"""Statements whose parameters go to the server in binary, on Django's own connection.

Django's cursors write parameters into the SQL text, which would double every byte of a batch.
Statements are prepared: planning one over many partitions costs as much as running it.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection
from psycopg import Cursor, RawCursor

from console.platform.telemetry.statements import traced


def run(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows a statement returns, in the transaction at hand. Raises Django's database errors."""
    with connection.wrap_database_errors:
        return _sent(sql, parameters).fetchall()


def send(sql: str, parameters: Sequence[Any]) -> None:
    """Runs a statement of which nothing is asked.

    Within `one_round_trip` it is not waited for, and its errors are raised at the end.
    """
    with connection.wrap_database_errors:
        _sent(sql, parameters)


def _sent(sql: str, parameters: Sequence[Any]) -> Cursor[tuple[Any, ...]]:
    connection.ensure_connection()
    raw: Any = connection.connection
    cursor: Cursor[tuple[Any, ...]] = RawCursor(raw)
    with traced(sql):
        return cursor.execute(_numbered(sql), parameters, binary=True, prepare=True)


@cache
def _numbered(sql: str) -> str:
    """With PostgreSQL's own placeholders: psycopg takes a long statement apart at each use."""
    first, *rest = sql.split("%s")
    return first + "".join(f"${number}{text}" for number, text in enumerate(rest, start=1))

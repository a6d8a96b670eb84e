"""Statements whose parameters go to the server in binary, on Django's own connection.

Django's cursors write parameters into the SQL text, which would double every byte of a batch.
Statements are prepared: planning one over many partitions costs as much as running it.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from psycopg import Cursor

from audit.ingest.columns import teach


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
    cursor: Cursor[tuple[Any, ...]] = Cursor(raw)
    teach(cursor)
    return cursor.execute(sql, parameters, binary=True, prepare=True)

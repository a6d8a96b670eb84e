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
    connection.ensure_connection()
    raw: Any = connection.connection
    with connection.wrap_database_errors, Cursor(raw) as cursor:
        teach(cursor)
        cursor.execute(sql, parameters, binary=True, prepare=True)
        return cursor.fetchall() if cursor.description else []

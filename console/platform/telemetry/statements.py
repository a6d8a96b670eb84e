"""A span for each statement to PostgreSQL within a span that is recorded; without its values.

https://opentelemetry.io/docs/specs/semconv/database/postgresql/
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from django.db import connection
from opentelemetry import trace
from opentelemetry.trace import SpanKind

MOST = 2_000
# It carries the signed context, by which the database knows the tenant.
UNTOLD = "SET LOCAL mnemoscope."
tracer = trace.get_tracer("mnemoscope")


@contextmanager
def traced(statement: str) -> Iterator[None]:
    if not trace.get_current_span().is_recording() or statement.startswith(UNTOLD):
        yield
        return
    text = statement.strip()
    verb = text.split(maxsplit=1)[0].upper()
    attributes = {
        "db.system.name": "postgresql",
        "db.operation.name": verb,
        "db.query.text": text[:MOST],
    }
    with tracer.start_as_current_span(
        verb, kind=SpanKind.CLIENT, attributes=attributes, record_exception=False
    ):
        yield


def traced_cursors() -> AbstractContextManager[None]:
    """Django's own cursors, for as long as it is open."""
    return connection.execute_wrapper(_execute)


def _execute(
    execute: Callable[..., Any],
    sql: str,
    params: Any,
    many: bool,  # noqa: FBT001 - as Django calls it
    context: Any,
) -> Any:
    with traced(sql):
        return execute(sql, params, many, context)

"""Runs laid out without a database: steps as (name, parent, start, end)."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from audit.models import Run
from audit.timelines.waterfall import Waterfall, lay_out

TRACE = b"t" * 16


def span_id(name: str) -> bytes:
    return name.encode().rjust(8, b"_")


def told(
    name: str, parent: str | None, start: int, end: int | None, **fields: Any
) -> tuple[Any, ...]:
    """As `waterfall.COLUMNS` names them; without an end it runs."""
    above = span_id(parent) if parent else None
    length = None if end is None else end - start
    texts = (fields.get(key, "") for key in ("agent", "tool", "model", "error_type"))
    return (
        fields.get("trace", TRACE),
        span_id(fields.get("id", name)),
        above,
        start,
        length,
        fields.get("op", "tool"),
        name,
        *texts,
        "error" if fields.get("error_type") else "unset",
        "running" if end is None else "done",
    )


def laid_out(*steps: tuple[Any, ...]) -> Waterfall:
    moment = datetime(2026, 11, 21, tzinfo=UTC)
    run = Run(
        id=UUID(int=1),
        tenant_id=UUID(int=2),
        first_seen=moment,
        last_seen=moment,
        span_count=len(steps),
    )
    return lay_out(run, steps)

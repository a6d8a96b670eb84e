"""A span for each action that leaves an audit event; those on memories as agents name them.

https://github.com/open-telemetry/semantic-conventions-genai: span type `gen_ai.memory.client`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode

OPERATION = "gen_ai.operation.name"
MEMORY_OPERATIONS = {
    "memory.written": "create_memory",
    "memory.revised": "update_memory",
    "memory.restored": "update_memory",
    "memory.expired": "update_memory",
    "memory.merged": "upsert_memory",
    "memory.recalled": "search_memory",
    "memory.retired": "delete_memory",
}
tracer = trace.get_tracer("mnemoscope")


@contextmanager
def operation(kind: str) -> Iterator[trace.Span]:
    """`kind` is the audit event's. What fails is told by its class alone, never by its words."""
    memory = MEMORY_OPERATIONS.get(kind)
    attributes = {OPERATION: memory} if memory else {}
    with tracer.start_as_current_span(
        memory or kind,
        kind=SpanKind.INTERNAL,
        attributes={"mnemoscope.event.kind": kind, **attributes},
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except Exception as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(Status(StatusCode.ERROR))
            raise


def tell_outcome(
    span: trace.Span, tenant_id: UUID, ids: Sequence[UUID], notes: Mapping[str, Any]
) -> None:
    """Which objects an action changed; a recall, which memories it found."""
    if not span.is_recording():
        return
    span.set_attribute("mnemoscope.tenant.id", str(tenant_id))
    noted = notes.get("memories")
    found = noted if isinstance(noted, Sequence) else None
    records = [str(one) for one in (ids if found is None else found)]
    if found is not None or span.attributes.get(OPERATION):  # type: ignore[attr-defined]
        span.set_attribute("gen_ai.memory.record.count", len(records))
        if len(records) == 1:
            span.set_attribute("gen_ai.memory.record.id", records[0])
    elif len(records) == 1:
        span.set_attribute("mnemoscope.object.id", records[0])

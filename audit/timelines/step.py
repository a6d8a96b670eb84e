"""One step of a run, as pages and the API show it, and the steps that led up to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from audit.dialects.dialect import Op
from audit.models import Span, SpanState, SpanStatus

# Steps of these kinds only say that a program talked to another.
NOISE = (Op.OTHER,)
FIELDS = (
    "trace_id",
    "span_id",
    "parent_id",
    "run_id",
    "name",
    "op",
    "state",
    "status",
    "error_type",
    "agent",
    "service",
    "tool",
    "model",
    "input_tokens",
    "output_tokens",
    "memory_store",
    "memory_count",
    "start_time",
    "start_ns",
    "duration_ns",
)
LANES = {
    Op.AGENT: "agent",
    Op.WORKFLOW: "agent",
    Op.MODEL: "model",
    Op.EMBEDDING: "model",
    Op.TOOL: "tool",
    Op.RETRIEVAL: "tool",
    Op.MEMORY_READ: "memory_read",
    Op.MEMORY_WRITE: "memory_write",
    Op.MEMORY_UPDATE: "memory_write",
    Op.MEMORY_DELETE: "memory_write",
    Op.MEMORY_STORE: "memory_write",
    Op.OTHER: "other",
}


@dataclass(frozen=True, slots=True)
class Step:
    """Ids are hexadecimal, as OpenTelemetry prints them. `start_ns` is Unix nanoseconds."""

    trace_id: str
    span_id: str
    parent_id: str | None
    run_id: UUID
    name: str
    op: Op
    is_running: bool
    is_error: bool
    error_type: str
    agent: str
    service: str
    tool: str
    model: str
    input_tokens: int | None
    output_tokens: int | None
    memory_store: str
    memory_count: int | None
    started_at: datetime
    start_ns: int
    duration_ns: int | None

    @property
    def lane(self) -> str:
        """agent, model, tool, memory_read, memory_write or other."""
        return LANES[self.op]

    @property
    def is_memory(self) -> bool:
        return self.op.is_memory

    @property
    def end_ns(self) -> int:
        """The latest instant known of."""
        return self.start_ns + (self.duration_ns or 0)

    @property
    def duration(self) -> timedelta | None:
        """None while it runs."""
        if self.duration_ns is None:
            return None
        return timedelta(microseconds=self.duration_ns / 1000)


def steps_of_rows(rows: Iterable[dict[str, object]]) -> list[Step]:
    return [step_of_row(row) for row in rows]


def step_of_row(row: dict[str, object]) -> Step:
    """From the `values(*FIELDS)` of a Span."""
    fields = dict(row)
    parent = fields.pop("parent_id")
    return Step(
        trace_id=bytes(fields.pop("trace_id")).hex(),  # type: ignore[call-overload]
        span_id=bytes(fields.pop("span_id")).hex(),  # type: ignore[call-overload]
        parent_id=bytes(parent).hex() if parent else None,  # type: ignore[call-overload]
        op=Op(str(fields.pop("op"))),
        is_running=fields.pop("state") == SpanState.RUNNING,
        is_error=fields.pop("status") == SpanStatus.ERROR,
        started_at=fields.pop("start_time"),  # type: ignore[arg-type]
        **fields,  # type: ignore[arg-type]
    )


def step_at(trace_id: bytes, span_id: bytes) -> Step | None:
    """None while the span has not arrived: exporters send a span when it ends, or later."""
    row = Span.objects.filter(trace_id=trace_id, span_id=span_id).values(*FIELDS).first()
    return step_of_row(row) if row else None


def steps_before(step: Step, count: int = 5) -> tuple[Step, ...]:
    """The steps of the same run that had started before this one, the oldest first."""
    rows = (
        Span.objects.filter(
            run_id=step.run_id, start_time__lte=step.started_at, start_ns__lt=step.start_ns
        )
        .exclude(op__in=NOISE)
        .order_by("-start_time", "-start_ns")
        .values(*FIELDS)[:count]
    )
    return tuple(reversed(steps_of_rows(rows)))

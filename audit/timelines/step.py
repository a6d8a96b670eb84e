"""One step of a run, as pages and the API show it, and the steps that led up to it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from audit.dialects.dialect import Op
from audit.models import Span, SpanState, SpanStatus

# Steps of these kinds only say that a program talked to another.
NOISE = (Op.OTHER,)
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
    Op.APPROVAL: "approval",
    Op.OTHER: "other",
}


Key = tuple[str, str]  # trace id and span id, hexadecimal


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
    provider: str = ""
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    cost_nanos: int | None = None  # 1e-9 US dollars
    cost_source: str = ""

    @property
    def key(self) -> Key:
        return (self.trace_id, self.span_id)

    @property
    def lane(self) -> str:
        """agent, model, tool, memory_read, memory_write, approval or other."""
        return LANES[self.op]

    @property
    def is_memory(self) -> bool:
        return self.op.is_memory

    @property
    def end_ns(self) -> int:
        """The latest instant known of."""
        return self.start_ns + (self.duration_ns or 0)

    @property
    def ended_at(self) -> datetime | None:
        """None while it runs."""
        if self.duration_ns is None:
            return None
        return self.started_at + timedelta(microseconds=self.duration_ns // 1000)


def step_of(span: Span) -> Step:
    return Step(
        trace_id=bytes(span.trace_id).hex(),
        span_id=bytes(span.span_id).hex(),
        parent_id=bytes(span.parent_id).hex() if span.parent_id else None,
        run_id=span.run_id,
        name=span.name,
        op=Op(span.op),
        is_running=span.state == SpanState.RUNNING,
        is_error=span.status == SpanStatus.ERROR,
        error_type=span.error_type,
        agent=span.agent,
        service=span.service,
        tool=span.tool,
        model=span.model,
        input_tokens=span.input_tokens,
        output_tokens=span.output_tokens,
        memory_store=span.memory_store,
        memory_count=span.memory_count,
        started_at=span.start_time,
        start_ns=span.start_ns,
        duration_ns=span.duration_ns,
        provider=span.provider,
        cache_read_tokens=span.cache_read_tokens,
        cache_write_tokens=span.cache_write_tokens,
        cost_nanos=span.cost_nanos,
        cost_source=span.cost_source,
    )


def step_at(trace_id: bytes, span_id: bytes) -> Step | None:
    """None while the span has not arrived: exporters send a span when it ends, or later."""
    span = Span.objects.filter(trace_id=trace_id, span_id=span_id).first()
    return step_of(span) if span else None


def steps_before(step: Step, count: int = 5) -> tuple[Step, ...]:
    """The steps of the same run that had started before this one, the oldest first."""
    spans = (
        Span.objects.filter(
            run_id=step.run_id, start_time__lte=step.started_at, start_ns__lt=step.start_ns
        )
        .exclude(op__in=NOISE)
        .order_by("-start_time", "-start_ns")[:count]
    )
    return tuple(reversed([step_of(span) for span in spans]))

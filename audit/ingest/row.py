"""A decoded span with its meaning: what one row of `audit_span` is made of."""

from collections.abc import Iterable
from dataclasses import dataclass

from audit.dialects.normalise import Meaning
from audit.dialects.pending import settled
from audit.ingest.record import SpanRecord
from audit.models import CostSource, SpanState, SpanStatus
from audit.rules.trace_rules import TraceRules

MAX_NAME = 512
# What makes two rows the same one: ids, and the start as PostgreSQL keeps it (microseconds).
RowKey = tuple[bytes, bytes, int]


@dataclass(slots=True)
class SpanRow:
    """`end_ns` is the latest instant known of: a clock set back must not end a span early."""

    key: RowKey
    span: SpanRecord
    meaning: Meaning
    is_running: bool
    end_ns: int
    cost_nanos: int | None
    cost_source: CostSource | None

    @property
    def state(self) -> SpanState:
        return SpanState.RUNNING if self.is_running else SpanState.DONE

    @property
    def duration_ns(self) -> int | None:
        return None if self.is_running else self.end_ns - self.span.start_ns

    @property
    def status(self) -> SpanStatus:
        if self.meaning.is_error:
            return SpanStatus.ERROR
        return SpanStatus.OK if self.span.status_code else SpanStatus.UNSET

    @property
    def service(self) -> str:
        name = self.span.source.resource.get("service.name")
        return name[:MAX_NAME] if isinstance(name, str) else ""


def rows_of(spans: Iterable[SpanRecord], rules: TraceRules) -> list[SpanRow]:
    """One row per key, the finished one when a batch holds both, in one order for every writer.

    Two batches that hold the same spans would otherwise wait for each other's rows crosswise.
    """
    unique: dict[RowKey, SpanRow] = {}
    for received in spans:
        span = rules.redacted(settled(received))
        key = (span.trace_id, span.span_id, span.start_ns // 1000)
        kept = unique.get(key)
        if kept is None or kept.is_running:
            unique[key] = _row(key, span, rules)
    return [unique[key] for key in sorted(unique)]


def _row(key: RowKey, span: SpanRecord, rules: TraceRules) -> SpanRow:
    meaning = rules.meaning(span)
    cost, source = rules.cost_nanos(meaning, span.start_ns)
    end_ns = max(span.start_ns, span.end_ns)
    return SpanRow(key, span, meaning, span.end_ns == 0, end_ns, cost, source)

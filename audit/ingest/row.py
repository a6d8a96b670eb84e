"""A decoded span with its meaning: what one row of `audit_span` is made of."""

from collections.abc import Iterable
from dataclasses import dataclass

from audit.dialects.normalise import Meaning, normalise
from audit.ingest.record import SpanRecord
from audit.models import SpanState, SpanStatus

MAX_NAME = 512


@dataclass(frozen=True, slots=True)
class SpanRow:
    span: SpanRecord
    meaning: Meaning

    @property
    def key(self) -> tuple[bytes, bytes, int]:
        """What makes two rows the same one: ids, and the start as PostgreSQL keeps it."""
        return (self.span.trace_id, self.span.span_id, self.span.start_ns // 1000)

    @property
    def is_running(self) -> bool:
        return self.span.end_ns == 0

    @property
    def state(self) -> SpanState:
        return SpanState.RUNNING if self.is_running else SpanState.DONE

    @property
    def end_ns(self) -> int:
        """The latest instant known of: a clock set back must not end a span before its start."""
        return max(self.span.start_ns, self.span.end_ns)

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


def rows_of(spans: Iterable[SpanRecord]) -> list[SpanRow]:
    """One row per key, the finished one when a batch holds both, in one order for every writer.

    Two batches that hold the same spans would otherwise wait for each other's rows crosswise.
    """
    unique: dict[tuple[bytes, bytes, int], SpanRow] = {}
    for span in spans:
        row = SpanRow(span, normalise(span))
        kept = unique.get(row.key)
        if kept is None or kept.is_running:
            unique[row.key] = row
    return [unique[key] for key in sorted(unique)]

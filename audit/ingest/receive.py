"""One OTLP request, from its body to a receipt. Committed before the receipt exists."""

from dataclasses import dataclass
from uuid import UUID

from audit.ingest.decode_json import decode_json
from audit.ingest.decode_protobuf import decode_protobuf
from audit.ingest.record import Decoded, SpanRecord, UndecodableError
from audit.ingest.store import store_spans
from audit.partitions import ensure_days_of
from console.platform.telemetry.metrics import SPANS
from console.tenancy.scope import tenant_scope

# A response stays far below the 4 MiB that OTLP recommends, whatever a sender sent.
SHOWN_REASONS = 8


@dataclass(frozen=True, slots=True)
class Receipt:
    """`rejected` spans were not stored; a message without any is a warning (OTLP §partial success).

    `stored` counts the spans that were new.
    """

    stored: int
    rejected: int
    message: str


def receive_protobuf(tenant_id: UUID, body: bytes) -> Receipt:
    """Raises UndecodableError, and Django's OperationalError when the database is away."""
    return _receive(tenant_id, decode_protobuf(body))


def receive_json(tenant_id: UUID, body: bytes) -> Receipt:
    """As `receive_protobuf`."""
    return _receive(tenant_id, decode_json(body))


def _receive(tenant_id: UUID, decoded: Decoded) -> Receipt:
    if decoded.rejected and not decoded.spans:
        raise UndecodableError("No span could be stored: " + _sentence(decoded))
    stored = 0
    if decoded.spans:
        ensure_days_of(span.start_ns for span in decoded.spans)
        with tenant_scope(tenant_id):
            stored = store_spans(decoded.spans)
    SPANS.labels("stored").inc(stored)
    SPANS.labels("repeated").inc(len(decoded.spans) - stored)
    SPANS.labels("rejected").inc(len(decoded.rejected))
    return Receipt(stored, len(decoded.rejected), _sentence(decoded))


def _sentence(decoded: Decoded) -> str:
    reasons = [*decoded.rejected[:SHOWN_REASONS]]
    if len(decoded.rejected) > SHOWN_REASONS:
        reasons.append(f"and {len(decoded.rejected) - SHOWN_REASONS} more")
    backwards = sum(_ends_before_start(span) for span in decoded.spans)
    if backwards:
        reasons.append(f"{backwards} ended before they started and are kept with no duration")
    return "; ".join(reasons)


def _ends_before_start(span: SpanRecord) -> bool:
    return 0 < span.end_ns < span.start_ns

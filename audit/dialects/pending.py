"""Logfire's pending spans: the news that a span has begun, sent as a span of its own.

https://github.com/pydantic/logfire (`_internal/tracer.py`). It has an id that nobody needs, the
running span's id as its parent, that span's start, and tells that span's parent in an attribute,
as zeros for a root. Read as what it means, the running span itself, it gives way to the end of it.
"""

from dataclasses import replace

from audit.ingest.record import SPAN_ID_BYTES, SpanRecord

SPAN_TYPE = "logfire.span_type"
REAL_PARENT = "logfire.pending_parent_id"


def settled(span: SpanRecord) -> SpanRecord:
    """The running span that a pending one tells of; any other span itself."""
    if span.attributes.get(SPAN_TYPE) != "pending_span" or span.parent_id is None:
        return span
    return replace(
        span, span_id=span.parent_id, parent_id=_real_parent(span), end_ns=0, status_code=0
    )


def _real_parent(span: SpanRecord) -> bytes | None:
    stated = span.attributes.get(REAL_PARENT)
    try:
        raw = bytes.fromhex(stated) if isinstance(stated, str) else b""
    except ValueError:
        return None
    return raw if len(raw) == SPAN_ID_BYTES and any(raw) else None

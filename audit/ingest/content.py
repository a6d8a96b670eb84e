"""The bulky rest of a span, compressed here: the server's own compression cost most of a COPY.

A body is one byte that names its form, then the form's bytes. Form 1: zlib over JSON.
"""

import zlib
from typing import Any

import orjson

from audit.ingest.record import SpanRecord

ZLIB_JSON = b"\x01"
LEVEL = 1
# A page never shows more of one span than this, whatever a body claims to inflate to.
MAX_SHOWN_BYTES = 16 * 1024 * 1024


def pack_content(span: SpanRecord) -> bytes:
    source = span.source
    document = {
        "attributes": span.attributes,
        "events": [
            {"timeUnixNano": event.time_ns, "name": event.name, "attributes": event.attributes}
            for event in span.events
        ],
        "links": [
            {
                "traceId": link.trace_id.hex(),
                "spanId": link.span_id.hex(),
                "attributes": link.attributes,
            }
            for link in span.links
        ],
        "resource": source.resource,
        "scope": {
            "name": source.scope_name,
            "version": source.scope_version,
            "attributes": source.scope_attributes,
        },
        "schemaUrl": source.schema_url,
        "name": span.name,
        "kind": span.kind,
        "traceState": span.trace_state,
        "endTimeUnixNano": span.end_ns,
        "status": {"code": span.status_code, "message": span.status_message},
    }
    return ZLIB_JSON + zlib.compress(orjson.dumps(document), LEVEL)


def unpack_content(body: bytes) -> dict[str, Any]:
    """Raises ValueError on a form this version does not know, or a body past the bound."""
    if body[:1] != ZLIB_JSON:
        raise ValueError("This span's content is in a form of a newer version.")
    stream = zlib.decompressobj()
    text = stream.decompress(body[1:], MAX_SHOWN_BYTES)
    if not stream.eof:
        raise ValueError("This span's content is larger than can be shown.")
    document: dict[str, Any] = orjson.loads(text)
    return document

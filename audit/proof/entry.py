"""What the log holds of an event: its entry, whose bytes are hashed into the leaf.

A UTF-8 JSON object with sorted keys and no white space, which for what events hold is RFC 8785's
canonical form. Made of the row as the database has it, never of the object that was inserted.
"""

import json
from datetime import UTC, datetime
from typing import Any

import orjson

from audit.models import AuditEvent

VERSION = 1


def entry_of(event: AuditEvent) -> bytes:
    entry = {
        "action": event.kind,
        "actor": str(event.actor_id),
        "actor_kind": event.actor_kind,
        "api_key": _text(event.api_key_id),
        "at": instant(event.recorded_at),
        "id": str(event.id),
        "object": _text(event.object_id),
        "object_kind": event.object_kind,
        "outcome": str(event.outcome),
        "payload": event.payload,
        "reason": event.reason,
        "request": str(event.request_id),
        "span": _hex(event.span_id),
        "tenant": str(event.tenant_id),
        "trace": _hex(event.trace_id),
        "v": VERSION,
        "words": _hex(event.words_digest),
    }
    try:
        return orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        # A number past 64 bits, which no action writes: one such row must not stop the log.
        return json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _hex(value: Any) -> str | None:
    return None if value is None else bytes(value).hex()


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC, to the microsecond."""
    utc = moment.astimezone(UTC).isoformat(timespec="microseconds")
    return utc.removesuffix("+00:00") + "Z"

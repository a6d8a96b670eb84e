"""Some of the trail taken away: as JSON lines, as CSV for a spreadsheet, as OCSF, a line each.

Read in pages, the newest first, each by a transaction of its own: a slow reader must hold none
open, and the database forgets between them whose data they are.
"""

import csv
import io
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
from django.db.models import QuerySet

from audit.export.ocsf import ocsf_of
from audit.models import AuditEvent
from console.platform.cells import harmless
from console.tenancy.scope import tenant_scope

PAGE = 1_000


class Form(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"
    OCSF = "ocsf"


MEDIA_TYPES = {
    Form.JSONL: "application/x-ndjson",
    Form.CSV: "text/csv; charset=utf-8",
    Form.OCSF: "application/x-ndjson",
}
ENDINGS = {Form.JSONL: "jsonl", Form.CSV: "csv", Form.OCSF: "ocsf.jsonl"}
COLUMNS = (
    "id",
    "at",
    "kind",
    "outcome",
    "actor_kind",
    "actor",
    "actor_label",
    "api_key_id",
    "object_kind",
    "object",
    "reason",
    "note",
    "payload",
    "request_id",
    "trace_id",
    "span_id",
)


def event_json(event: AuditEvent) -> dict[str, Any]:
    """As the API answers it; None where there is nothing to tell."""
    return {
        "id": str(event.id),
        "at": event.recorded_at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "kind": event.kind,
        "outcome": str(event.outcome),
        "actor_kind": event.actor_kind,
        "actor": str(event.actor_id),
        "actor_label": event.actor_label,
        "api_key_id": str(event.api_key_id) if event.api_key_id else None,
        "object_kind": event.object_kind or None,
        "object": str(event.object_id) if event.object_id else None,
        "reason": event.reason or None,
        "note": event.note or None,
        "payload": event.payload,
        "request_id": str(event.request_id),
        "trace_id": bytes(event.trace_id).hex() if event.trace_id else None,
        "span_id": bytes(event.span_id).hex() if event.span_id else None,
    }


def exported(
    form: Form, find: Callable[[], QuerySet[AuditEvent]], tenant_id: UUID, through: UUID
) -> Iterator[bytes]:
    """What `find` finds, asked once for each page, up to the event `through`, which is exclusive.

    Opens scopes of its own: to be read outside of any.
    """
    if form is Form.CSV:
        yield _row(COLUMNS)
    before = through
    while True:
        with tenant_scope(tenant_id):
            events = list(find().filter(id__lt=before).order_by("-id")[:PAGE])
            lines = b"".join(_line(form, event) for event in events)
        if lines:
            yield lines
        if len(events) < PAGE:
            return
        before = events[-1].id


def _line(form: Form, event: AuditEvent) -> bytes:
    if form is Form.OCSF:
        return orjson.dumps(ocsf_of(event)) + b"\n"
    told = event_json(event)
    if form is Form.JSONL:
        return orjson.dumps(told) + b"\n"
    return _row(["" if told[name] is None else harmless(told[name]) for name in COLUMNS])


def _row(cells: Any) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerow(cells)
    return written.getvalue().encode()

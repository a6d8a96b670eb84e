from __future__ import annotations

from mnemoscope_client import decode
from mnemoscope_client.answers.event import AuditEvent, event
from mnemoscope_client.calls import Call, Page


def events(*, kind: str | None = None, page_size: int | None = None) -> Call[Page[AuditEvent]]:
    params = {"kind": kind, "limit": None if page_size is None else str(page_size)}
    return Call(
        "GET",
        "audit/events",
        decode.page_of(event),
        params=tuple((name, value) for name, value in params.items() if value is not None),
    )

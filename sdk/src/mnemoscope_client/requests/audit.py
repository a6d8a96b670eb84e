from __future__ import annotations

from datetime import datetime
from typing import Literal

from mnemoscope_client import decode
from mnemoscope_client.answers.event import AuditEvent, event
from mnemoscope_client.calls import Call, Page, params
from mnemoscope_client.requests.fields import rfc3339


def events(
    *,
    kind: str | None = None,
    actor: str | None = None,
    object: str | None = None,  # noqa: A002 - the API's word
    outcome: Literal["done", "refused"] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    page_size: int | None = None,
) -> Call[Page[AuditEvent]]:
    """Every change and every refusal, newest first; `actor` and `object` are ids."""
    return Call(
        "GET",
        "audit/events",
        decode.page_of(event),
        params=params(
            kind=kind,
            actor=actor,
            object=object,
            outcome=outcome,
            from_=None if since is None else rfc3339(since),
            to=None if until is None else rfc3339(until),
            limit=page_size,
        ),
    )

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mnemoscope_client import decode
from mnemoscope_client.calls import JsonObject


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """What someone did (`outcome` done), or was refused; ids, codes and digests, never a text."""

    id: str
    kind: str
    outcome: str
    actor: str | None
    actor_label: str | None
    object: str | None
    object_kind: str | None
    reason: str | None
    payload: JsonObject
    trace_id: str | None
    at: datetime | None
    raw: JsonObject = field(repr=False, compare=False)


def event(body: JsonObject) -> AuditEvent:
    return AuditEvent(
        id=decode.text(body, "id"),
        kind=decode.text(body, "kind"),
        outcome=decode.text(body, "outcome"),
        actor=decode.text_or_none(body, "actor"),
        actor_label=decode.text_or_none(body, "actor_label"),
        object=decode.text_or_none(body, "object"),
        object_kind=decode.text_or_none(body, "object_kind"),
        reason=decode.text_or_none(body, "reason"),
        payload=decode.mapping(body, "payload"),
        trace_id=decode.text_or_none(body, "trace_id"),
        at=decode.instant(body, "at"),
        raw=body,
    )

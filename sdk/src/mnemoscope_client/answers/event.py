from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mnemoscope_client import decode
from mnemoscope_client.calls import JsonObject


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """What someone did, or was refused."""

    id: str
    kind: str
    outcome: str | None
    actor: str | None
    at: datetime | None
    raw: JsonObject = field(repr=False, compare=False)


def event(body: JsonObject) -> AuditEvent:
    return AuditEvent(
        id=decode.text(body, "id"),
        kind=decode.text(body, "kind"),
        outcome=decode.text_or_none(body, "outcome"),
        actor=decode.text_or_none(body, "actor"),
        at=decode.instant(body, "at"),
        raw=body,
    )

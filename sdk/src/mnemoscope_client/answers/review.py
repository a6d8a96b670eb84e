from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mnemoscope_client import decode
from mnemoscope_client.answers.write import Reason
from mnemoscope_client.calls import JsonObject


@dataclass(frozen=True, slots=True)
class Review:
    """A memory that waits for a person, or waited."""

    id: str
    state: str | None
    memory_id: str | None
    reasons: tuple[Reason, ...]
    decision: str | None
    created_at: datetime | None
    raw: JsonObject = field(repr=False, compare=False)


def review(body: JsonObject) -> Review:
    return Review(
        id=decode.text(body, "id"),
        state=decode.text_or_none(body, "state"),
        memory_id=decode.text_or_none(body, "memory_id"),
        reasons=tuple(
            Reason(decode.text(item, "code"), decode.text_or_none(item, "detail") or "")
            for item in decode.objects(body, "reasons")
        ),
        decision=decode.text_or_none(body, "decision"),
        created_at=decode.instant(body, "created_at"),
        raw=body,
    )

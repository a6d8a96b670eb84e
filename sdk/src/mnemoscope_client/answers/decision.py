from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mnemoscope_client import decode
from mnemoscope_client.calls import JsonObject


@dataclass(frozen=True, slots=True)
class Decision:
    """What others decided about a memory of this agent's. `state` is the memory's since then.

    `outcome` and `review_id` are there where a review was decided (`type` is review.decided).
    """

    id: str
    type: str
    at: datetime | None
    memory_id: str
    state: str | None
    version: int | None
    reason: str | None
    review_id: str | None
    outcome: str | None
    raw: JsonObject = field(repr=False, compare=False)

    @property
    def is_active(self) -> bool:
        return self.state == "active"


@dataclass(frozen=True, slots=True)
class Decisions:
    """`next_after` goes on from here. `retry_after` seconds: too many wait already, ask later."""

    results: tuple[Decision, ...]
    next_after: str | None
    retry_after: float | None


def decision(body: JsonObject) -> Decision:
    data = decode.mapping(body, "data")
    return Decision(
        id=decode.text(body, "id"),
        type=decode.text(body, "type"),
        at=decode.instant(body, "timestamp"),
        memory_id=decode.text(data, "memory_id"),
        state=decode.text_or_none(data, "state"),
        version=decode.integer(data, "version"),
        reason=decode.text_or_none(data, "reason"),
        review_id=decode.text_or_none(data, "review_id"),
        outcome=decode.text_or_none(data, "outcome"),
        raw=body,
    )


def decisions(body: JsonObject) -> Decisions:
    return Decisions(
        tuple(decision(item) for item in decode.objects(body, "results", required=True)),
        decode.text_or_none(body, "next_after"),
        decode.number(body, "retry_after"),
    )

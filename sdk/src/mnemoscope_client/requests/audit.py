from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from mnemoscope_client import decode
from mnemoscope_client.answers.event import (
    AuditEvent,
    AuditLog,
    Checkpoint,
    EventProof,
    audit_log,
    checkpoint,
    event,
    event_proof,
)
from mnemoscope_client.calls import Call, JsonObject, Page, one, params
from mnemoscope_client.requests.fields import rfc3339


def events(
    *,
    kind: str | Sequence[str] | None = None,
    actor: str | None = None,
    actor_kind: Literal["user", "agent", "system"] | None = None,
    key: str | None = None,
    object: str | None = None,  # noqa: A002 - the API's word
    memory: str | None = None,
    subject: str | None = None,
    run: str | None = None,
    trace: str | None = None,
    request: str | None = None,
    reason: str | None = None,
    text: str | None = None,
    outcome: Literal["done", "refused"] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    page_size: int | None = None,
) -> Call[Page[AuditEvent]]:
    """Every change and every refusal, newest first.

    `kind` is one or several, or nouns that kinds begin with ("memory"). `actor`, `key`, `object`,
    `run` and `request` are ids; `memory` (an id) and `subject` (your identifier) find all that is
    about them, recalls too; `text` is words of a note.
    """
    kinds = [kind] if isinstance(kind, str) else kind or ()
    return Call(
        "GET",
        "audit/events",
        decode.page_of(event),
        params=tuple(("kind", name) for name in kinds)
        + params(
            actor=actor,
            actor_kind=actor_kind,
            key=key,
            object=object,
            memory=memory,
            subject=subject,
            run=run,
            trace=trace,
            request=request,
            reason=reason,
            q=text,
            outcome=outcome,
            from_=None if since is None else rfc3339(since),
            to=None if until is None else rfc3339(until),
            limit=page_size,
        ),
    )


def get(event_id: str) -> Call[AuditEvent]:
    return Call("GET", one("audit/events", event_id), event)


def proof(event_id: str) -> Call[EventProof]:
    """Raises ConflictError (`not_sealed`) in the minute before a checkpoint covers the event."""
    return Call("GET", one("audit/events", event_id, "proof"), event_proof)


def log() -> Call[AuditLog]:
    """How long the log is, its newest checkpoint, and the keys that verify it."""
    return Call("GET", "audit/log", audit_log)


def checkpoints(*, page_size: int | None = None) -> Call[Page[Checkpoint]]:
    """The newest first."""
    return Call(
        "GET", "audit/checkpoints", decode.page_of(checkpoint), params=params(limit=page_size)
    )


def consistency(first: int, second: int) -> Call[tuple[str, ...]]:
    """The proof of RFC 9162 §2.1.4 that the log of `second` events continues that of `first`."""

    def hashes(body: JsonObject) -> tuple[str, ...]:
        return decode.texts(body, "hashes")

    return Call("GET", "audit/consistency", hashes, params=params(from_=first, to=second))

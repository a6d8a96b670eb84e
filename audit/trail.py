"""Appending to the audit trail: by construction for actions, and by hand only for refusals.

`@audited(kind)` runs an action and appends its event in the same transaction, so that neither
commits without the other. Inside, `note(...)` adds what the event should carry.
"""

import hmac
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Generic, ParamSpec, Protocol, TypeVar, cast
from uuid import UUID

from django.db import transaction

from audit.kinds import known
from audit.models import AuditEvent, Outcome
from audit.reasons import REASONS
from console.accounts.actor import Actor
from console.platform.clock import now
from console.platform.errors import DomainError
from console.platform.ids import uuid7
from console.platform.requests import current_request
from console.platform.telemetry.operations import operation, tell_outcome
from console.tenancy.rows import insert_documents
from console.tenancy.scope import current_tenant_id, tenant_scope

P = ParamSpec("P")
R = TypeVar("R", bound="Auditable | Changes[Any]")
C = TypeVar("C")

MAX_NOTE = 2000
SALT_BYTES = 16


class Auditable(Protocol):
    """What an audited action returns: something an event can point at."""

    @property
    def id(self) -> UUID: ...

    @property
    def audit_kind(self) -> str: ...


class Changes(Generic[C]):
    """What an action returns that changed several objects, each with an event of its own."""

    def __init__(self) -> None:
        self.changed: list[C] = []
        self.notes: list[Mapping[str, Any]] = []

    def add(self, changed: C, notes: Mapping[str, Any]) -> None:
        self.changed.append(changed)
        self.notes.append(notes)

    def saving(self) -> AbstractContextManager[None]:
        """Saves what the action has not saved yet, around its events: by one round trip."""
        return nullcontext()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event to append. The payload holds identifiers, codes and digests only."""

    kind: str
    outcome: Outcome = Outcome.DONE
    object_kind: str = ""
    object_id: UUID | None = None
    reason: str = ""
    text: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)


_notes: ContextVar[dict[str, Any] | None] = ContextVar("mnemoscope_audit_notes", default=None)


def note(**details: Any) -> None:
    """Adds identifiers, codes or digests to the event of the action at hand."""
    notes = _notes.get()
    if notes is None:
        raise RuntimeError("note() belongs inside an @audited action.")
    notes.update(details)


def audited(kind: str, *, savepoint: bool = True) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Marks an action: keyword-only, with an `actor`, returning the object it changed.

    A `kind` noted inside (`note(kind="review.edited")`) takes the decorator's place, for a verb
    whose outcomes have names of their own. Inside a transaction a savepoint undoes what a refused
    action began; `savepoint=False` spares its two round trips where all refusals come first.
    """
    known(kind)

    def decorate(action: Callable[P, R]) -> Callable[P, R]:
        @wraps(action)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            actor = cast("Actor", kwargs["actor"])
            notes: dict[str, Any] = {}
            token = _notes.set(notes)
            try:
                with (
                    operation(kind) as span,
                    transaction.atomic() if savepoint or _alone() else nullcontext(),
                ):
                    changed = action(*args, **kwargs)
                    events = _events(
                        changed, kind=notes.pop("kind", kind), notes=notes, said=kwargs
                    )
                    with changed.saving() if isinstance(changed, Changes) else nullcontext():
                        append_events(events, actor=actor)
                    ids = [event.object_id for event in events if event.object_id]
                    tell_outcome(span, actor.tenant_id, ids, notes)
            finally:
                _notes.reset(token)
            return changed

        run.audited_kind = kind  # type: ignore[attr-defined]
        return run

    return decorate


def _alone() -> bool:
    return not transaction.get_connection().in_atomic_block


def _events(
    changed: Auditable | Changes[Any],
    *,
    kind: str,
    notes: Mapping[str, Any],
    said: Mapping[str, Any],
) -> list[Event]:
    objects = changed.changed if isinstance(changed, Changes) else [changed]
    payloads = changed.notes if isinstance(changed, Changes) else [notes]
    reason, text = _words(said)
    return [
        Event(
            kind=kind,
            object_kind=one.audit_kind,
            object_id=one.id,
            reason=reason,
            text=text,
            payload=payload,
        )
        for one, payload in zip(objects, payloads, strict=True)
    ]


def _words(said: Mapping[str, Any]) -> tuple[str, str]:
    """Reason and note. Words for a reason may name a person: the log keeps codes only."""
    reason, text = str(said.get("reason") or ""), str(said.get("comment") or "")
    if reason in REASONS:
        return reason, text
    return "", " ".join(filter(None, (reason, text)))


def append(*, actor: Actor, **event: Any) -> None:
    """Appends one event to the tenant at hand; the keywords are `Event`'s."""
    append_events([Event(**event)], actor=actor)


def append_events(events: Sequence[Event], *, actor: Actor) -> None:
    """Appends them to the tenant at hand, in the transaction at hand, by one statement."""
    insert_documents(AuditEvent, [_document(event, actor) for event in events])


def _document(event: Event, actor: Actor) -> dict[str, Any]:
    request = current_request()
    label, text, salt = actor.label[:200], event.text[:MAX_NOTE], os.urandom(SALT_BYTES)
    return {
        "tenant_id": current_tenant_id(),
        "id": uuid7(),
        "kind": known(event.kind),
        "outcome": event.outcome,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_label": label,
        "api_key_id": actor.api_key_id,
        "object_kind": event.object_kind,
        "object_id": event.object_id,
        "reason": event.reason[:60],
        "note": text,
        "salt": salt,
        "words_digest": words_digest(salt, label, text),
        "payload": dict(event.payload),
        "request_id": request.id,
        "trace_id": request.trace.trace_id if request.trace else None,
        "span_id": request.trace.span_id if request.trace else None,
        "recorded_at": now(),
    }


def words_digest(salt: bytes, actor_label: str, note: str) -> bytes:
    """What the log holds of an event's words: HMAC-SHA256, of nothing to who lacks the salt."""
    return hmac.digest(salt, f"{actor_label}\0{note}".encode(), "sha256")


def forget_words(event_ids: Collection[UUID]) -> int:
    """Blanks the words of these events of the tenant at hand; the log goes on verifying.

    The only change of an event that the database allows. Returns how many had words.
    """
    worded = AuditEvent.objects.filter(id__in=event_ids).exclude(
        actor_label="", note="", salt__isnull=True
    )
    return worded.update(actor_label="", note="", salt=None)


def record_refusal(*, actor: Actor, error: DomainError, door: str) -> None:
    """A refusal's event, in a transaction of its own: the refused change has rolled back.

    `door` names the method and route pattern, never the raw path, which may carry anything.
    """
    with tenant_scope(actor.tenant_id):
        append(
            kind="request.refused",
            actor=actor,
            outcome=Outcome.REFUSED,
            reason=error.code,
            payload={"door": door, "status": error.http_status},
        )

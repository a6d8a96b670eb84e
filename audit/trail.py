"""Appending to the audit trail: by construction for actions, and by hand only for refusals.

`@audited(kind)` runs an action and appends its event in the same transaction, so that neither
commits without the other. Inside, `note(...)` adds what the event should carry.
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar, cast
from uuid import UUID

from django.db import transaction

from audit.kinds import known
from audit.models import AuditEvent, Outcome
from console.accounts.actor import Actor
from console.platform.errors import DomainError
from console.platform.requests import current_request
from console.tenancy.scope import tenant_scope

P = ParamSpec("P")
R = TypeVar("R", bound="Auditable")

MAX_NOTE = 2000


class Auditable(Protocol):
    """What an audited action returns: something an event can point at."""

    @property
    def id(self) -> UUID: ...

    @property
    def audit_kind(self) -> str: ...


_notes: ContextVar[dict[str, Any] | None] = ContextVar("mnemoscope_audit_notes", default=None)


def note(**details: Any) -> None:
    """Adds identifiers, codes or digests to the event of the action at hand."""
    notes = _notes.get()
    if notes is None:
        raise RuntimeError("note() belongs inside an @audited action.")
    notes.update(details)


def audited(kind: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Marks an action: keyword-only, with an `actor`, returning the object it changed.

    A `kind` noted inside (`note(kind="review.edited")`) takes the decorator's place, for a verb
    whose outcomes have names of their own.
    """
    known(kind)

    def decorate(action: Callable[P, R]) -> Callable[P, R]:
        @wraps(action)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            actor = cast("Actor", kwargs["actor"])
            notes: dict[str, Any] = {}
            token = _notes.set(notes)
            try:
                with transaction.atomic():
                    changed = action(*args, **kwargs)
                    append(
                        kind=notes.pop("kind", kind),
                        actor=actor,
                        object_kind=changed.audit_kind,
                        object_id=changed.id,
                        reason=str(kwargs.get("reason") or ""),
                        text=str(kwargs.get("comment") or ""),
                        payload=notes,
                    )
            finally:
                _notes.reset(token)
            return changed

        run.audited_kind = kind  # type: ignore[attr-defined]
        return run

    return decorate


def append(
    *,
    kind: str,
    actor: Actor,
    outcome: Outcome = Outcome.DONE,
    object_kind: str = "",
    object_id: UUID | None = None,
    reason: str = "",
    text: str = "",
    payload: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Appends one event to the tenant at hand, in the transaction at hand."""
    request = current_request()
    return AuditEvent.objects.create(
        kind=known(kind),
        outcome=outcome,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label[:200],
        api_key_id=actor.api_key_id,
        object_kind=object_kind,
        object_id=object_id,
        reason=reason[:60],
        note=text[:MAX_NOTE],
        payload=dict(payload or {}),
        request_id=request.id,
        trace_id=request.trace.trace_id if request.trace else None,
        span_id=request.trace.span_id if request.trace else None,
    )


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

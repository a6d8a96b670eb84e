from datetime import datetime

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.accounts.subjects import subjects_named
from console.platform.clock import now
from console.platform.errors import InvalidInputError, WrongStateError
from memory.models import LegalHold, Memory


@audited("hold.placed")
def place_hold(
    *,
    actor: Actor,
    ground: str,
    memory: Memory | None = None,
    subject: str = "",
    review_at: datetime | None = None,
) -> LegalHold:
    """From now on nothing of the memory, or of all about the subject, ends or is removed.

    A subject nobody has written about yet can be held as well. Raises InvalidInputError.
    """
    actor.require(Permission.HOLD_MANAGE)
    if (memory is None) == (not subject):
        raise InvalidInputError.on("memory", "one_scope", "Name either a memory or a subject.")
    if not ground.strip():
        raise InvalidInputError.on("ground", "blank", "Say on what ground it is held.")
    if review_at is not None and review_at <= now():
        raise InvalidInputError.on("review_at", "in_the_past", "review_at lies in the past.")
    about = subjects_named([subject])[subject] if subject else None
    hold = LegalHold.objects.create(
        memory_id=memory.id if memory else None,
        subject_id=about.id if about else None,
        ground=ground,
        review_at=review_at,
        placed_by_kind=actor.kind,
        placed_by_id=actor.id,
        placed_by_label=actor.label[:200],
    )
    note(
        memory_id=str(hold.memory_id) if hold.memory_id else None,
        subject_id=str(hold.subject_id) if hold.subject_id else None,
        review_at=review_at.isoformat() if review_at else None,
    )
    return hold


@audited("hold.released")
def release_hold(*, actor: Actor, hold: LegalHold, reason: str) -> LegalHold:
    """Ends one hold; another over the same stands on. Raises WrongStateError."""
    actor.require(Permission.HOLD_MANAGE)
    if not reason.strip():
        raise InvalidInputError.on("reason", "blank", "Say why it is released.")
    released = LegalHold.objects.filter(id=hold.id, released_at__isnull=True).update(
        released_at=now(),
        released_by_kind=actor.kind,
        released_by_id=actor.id,
        released_by_label=actor.label[:200],
        release_reason=reason,
    )
    if not released:
        raise WrongStateError("This hold is released already.")
    note(
        memory_id=str(hold.memory_id) if hold.memory_id else None,
        subject_id=str(hold.subject_id) if hold.subject_id else None,
    )
    return LegalHold.objects.get(id=hold.id)

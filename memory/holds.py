"""Legal holds, as those ask who would end or remove something.

What each is over, the database says (`memory.migrations`, wider_holds), for it refuses the same
by trigger, raw SQL included.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import BooleanField, Exists, F, Func, OuterRef, QuerySet
from django.db.models.expressions import RawSQL

from console.accounts.actor import Actor, ActorKind
from console.accounts.models import Subject
from console.platform.errors import LegalHoldError
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id
from memory.models import LegalHold, Memory, SnapshotItem, State

# What a hold forbids everybody. Being superseded removes nothing, so people may still do it.
ENDINGS = frozenset({State.EXPIRED, State.RETIRED, State.ERASED})
MOST_TOLD = 5


def standing_holds(memory: Memory) -> QuerySet[LegalHold]:
    """Those over the memory, whatever their scope, the newest first."""
    over = RawSQL(
        "SELECT mnemoscope_holds_over_memory(%s, %s, %s, %s)",
        [memory.tenant_id, memory.id, memory.subject_id, memory.agent_id],
    )
    return LegalHold.objects.filter(id__in=over).order_by("-id")


def holds_over(subject: Subject) -> QuerySet[LegalHold]:
    """Those that keep anything about the subject, of all scopes, the newest first.

    On the subject, a memory or a run about them, an agent that wrote of them, or a period in which
    something about them was recorded. Erasure waits for each; a reader is told `ground`.
    """
    over = RawSQL("SELECT mnemoscope_holds_over_subject(%s, %s)", [subject.tenant_id, subject.id])
    return LegalHold.objects.filter(id__in=over).order_by("-id")


def refuse_held_subject(subject: Subject) -> None:
    """Until the commit nobody places another hold. Raises LegalHoldError, which names those."""
    if not tenant_holds():
        return
    grounds = [hold.ground for hold in holds_over(subject)[:MOST_TOLD]]
    if grounds:
        raise LegalHoldError(f"Release the hold first: {'; '.join(grounds)}")


def tenant_holds() -> bool:
    """Whether any hold stands. Waits for whoever is placing one, and keeps others from it."""
    [(holds,)] = fetch("SELECT mnemoscope_tenant_holds(%s)", [current_tenant_id()])
    return bool(holds)


class IsHeld(Func):
    """Of each memory of a queryset: does a hold stand over it?"""

    template = "EXISTS (SELECT mnemoscope_holds_over_memory(%(expressions)s))"
    output_field = BooleanField()


def is_held() -> IsHeld:
    return IsHeld(F("tenant_id"), F("id"), F("subject_id"), F("agent_id"))


def held_among(memory_ids: Iterable[UUID]) -> set[UUID]:
    memories = Memory.objects.filter(is_held(), id__in=list(memory_ids))
    return set(memories.values_list("id", flat=True))


def keeps_held() -> Exists:
    """Of each snapshot of a queryset: does it name a memory that is held?"""
    held = RawSQL("SELECT mnemoscope_held_memories(%s)", [current_tenant_id()])
    return Exists(SnapshotItem.objects.filter(snapshot_id=OuterRef("id"), memory_id__in=held))


def refuse_held(memory: Memory, state: State, *, actor: Actor) -> None:
    """Raises LegalHoldError where a hold forbids this actor to put the memory into `state`."""
    by_machine = state is State.SUPERSEDED and actor.kind is not ActorKind.USER
    if state not in ENDINGS and not by_machine:
        return
    # Not a plain look: it waits for whoever is placing a hold at this moment.
    [(held,)] = fetch(
        "SELECT mnemoscope_is_held(%s, %s, %s)", [memory.tenant_id, memory.id, memory.subject_id]
    )
    if held:
        raise LegalHoldError("It is kept until an owner releases the hold.")

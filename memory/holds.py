"""Legal holds, as those ask who would end or remove something.

The database refuses the same by trigger, raw SQL included (`memory.migrations`, holds).
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from console.accounts.actor import Actor, ActorKind
from console.platform.errors import LegalHoldError
from memory.models import LegalHold, Memory, State

# What a hold forbids everybody. Being superseded removes nothing, so people may still do it.
ENDINGS = frozenset({State.EXPIRED, State.RETIRED, State.ERASED})


def standing_holds(memory: Memory) -> QuerySet[LegalHold]:
    """On the memory itself or on its subject, the newest first."""
    over = Q(memory_id=memory.id)
    if memory.subject_id is not None:
        over |= Q(subject_id=memory.subject_id)
    return LegalHold.objects.filter(over, released_at__isnull=True).order_by("-id")


def is_held() -> Exists:
    """Of each memory of a queryset: does a hold stand over it?"""
    over = Q(memory_id=OuterRef("id")) | Q(subject_id=OuterRef("subject_id"))
    return Exists(LegalHold.objects.filter(over, released_at__isnull=True))


def held_among(memory_ids: Iterable[UUID]) -> set[UUID]:
    memories = Memory.objects.filter(is_held(), id__in=list(memory_ids))
    return set(memories.values_list("id", flat=True))


def refuse_held(memory: Memory, state: State, *, actor: Actor) -> None:
    """Raises LegalHoldError where a hold forbids this actor to put the memory into `state`."""
    by_machine = state is State.SUPERSEDED and actor.kind is not ActorKind.USER
    if state not in ENDINGS and not by_machine:
        return
    with connection.cursor() as cursor:
        # Not a plain look: it waits for whoever is placing a hold at this moment.
        cursor.execute(
            "SELECT mnemoscope_is_held(%s, %s, %s)",
            [memory.tenant_id, memory.id, memory.subject_id],
        )
        (held,) = cursor.fetchone()
    if held:
        raise LegalHoldError("It is kept until an owner releases the hold.")

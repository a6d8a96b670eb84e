"""The memories that a person looks at in lists: as they are, or as they were at a moment.

Rows of the one kind are memories, of the other the last step of each till then. Both are asked and
counted by the same names, the annotations of `_told`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, NullIf

from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.keys.subjects import known_subjects
from memory.access import visible_memories
from memory.models import (
    HELD_STATES,
    Kind,
    Memory,
    MemoryTransition,
    MemoryVersion,
    State,
    Tier,
    WriteSignature,
)
from memory.retrieval.history import last_steps

GONE = [State.RETIRED, State.ERASED]
SOON = timedelta(days=7)
NOBODY = UUID(int=0)  # no subject has it


class Expiry(StrEnum):
    NEVER = "never"
    SOON = "week"
    PAST = "past"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is None, or empty, does not narrow."""

    state: State | None = None
    kind: Kind | None = None
    tier: Tier | None = None
    agent_id: UUID | None = None
    subject: str = ""
    expiry: Expiry | None = None
    signed: bool | None = None


def memories_now(actor: Actor, wanted: Wanted, *, at: datetime) -> QuerySet[Memory]:
    """Not in any order; `at` is now."""
    return _told(visible_memories(actor), at=at).filter(_fits(wanted, at=at), _signed(wanted, "id"))


def memories_then(actor: Actor, wanted: Wanted, *, at: datetime) -> QuerySet[MemoryTransition]:
    """What was deleted since comes back for no moment, and what was held then to reviewers only."""
    steps = last_steps(at).exclude(memory__state__in=GONE).exclude(state__in=GONE)
    if not actor.may(Permission.MEMORY_READ_HELD):
        steps = steps.filter(memory_id__in=visible_memories(actor).values("id"))
        steps = steps.exclude(state__in=HELD_STATES)
    steps = steps.select_related("memory__subject", "memory__agent")
    fits = _fits(wanted, at=at, of="memory__")
    return _told(steps, at=at, of="memory__").filter(fits, _signed(wanted, "memory_id"))


def recallable_then(
    step: MemoryTransition, version: MemoryVersion, *, at: datetime, valid_at: datetime
) -> bool:
    """Whether a recall "as of" then could return it. What is held now comes back for no moment."""
    if step.state != State.ACTIVE or step.memory.is_held:
        return False
    if step.expires_at is not None and step.expires_at <= at:
        return False
    if version.valid_from is not None and version.valid_from > valid_at:
        return False
    return version.valid_to is None or version.valid_to > valid_at


def _fits(wanted: Wanted, *, at: datetime, of: str = "") -> Q:
    """By columns rather than by what `_told` names, so that indexes serve."""
    fits = Q()
    if wanted.state is not None:
        fits &= in_state(wanted.state, at=at)
    if wanted.kind is not None:
        fits &= Q(**{f"{of}kind": wanted.kind})
    if wanted.tier is not None:
        # Blank in steps of before tiers were noted.
        fits &= Q(tier=wanted.tier) | Q(**{"tier": "", f"{of}tier": wanted.tier})
    if wanted.agent_id is not None:
        fits &= Q(**{f"{of}agent_id": wanted.agent_id})
    if wanted.subject:
        known = known_subjects([wanted.subject]).get(wanted.subject)
        fits &= Q(**{f"{of}subject_id": known.id if known else NOBODY})
    if wanted.expiry is not None:
        fits &= _ends(wanted.expiry, at=at)
    return fits


def in_state(state: State, *, at: datetime) -> Q:
    """As a reader is told: what is past its expiry is expired, swept or not."""
    lapsed = Q(state=State.ACTIVE, expires_at__lte=at)
    if state is State.EXPIRED:
        return Q(state=State.EXPIRED) | lapsed
    if state is State.ACTIVE:
        return Q(Q(expires_at__isnull=True) | Q(expires_at__gt=at), state=State.ACTIVE)
    return Q(state=state)


def _ends(expiry: Expiry, *, at: datetime) -> Q:
    if expiry is Expiry.NEVER:
        return Q(expires_at__isnull=True)
    if expiry is Expiry.PAST:
        return Q(expires_at__lte=at)
    return Q(expires_at__gt=at, expires_at__lte=at + SOON)


def _signed(wanted: Wanted, memory: str) -> Q:
    if wanted.signed is None:
        return Q()
    return Q(is_signed(memory)) if wanted.signed else ~Q(is_signed(memory))


def is_signed(memory: str) -> Exists:
    """Whether the version that a row names was signed; `memory` is its column of memory ids."""
    signature = WriteSignature.objects.filter(id=OuterRef("id"))
    return Exists(
        MemoryVersion.objects.filter(
            Exists(signature), memory_id=OuterRef(memory), number=OuterRef("version")
        )
    )


def _told(rows: QuerySet[Any], *, at: datetime, of: str = "") -> QuerySet[Any]:
    told: QuerySet[Any] = rows.annotate(
        told_state=Case(
            When(in_state(State.EXPIRED, at=at), then=Value(State.EXPIRED.value)),
            default=F("state"),
        ),
        told_kind=F(f"{of}kind"),
        told_tier=Coalesce(NullIf(F("tier"), Value("")), F(f"{of}tier")),
        told_agent=F(f"{of}agent_id"),
        told_subject=F(f"{of}subject_id"),
        told_expiry=Case(
            *(When(_ends(one, at=at), then=Value(one.value)) for one in Expiry),
            default=None,
            output_field=CharField(),
        ),
    )
    return told

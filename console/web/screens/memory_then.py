"""One memory as it was at a moment. Nothing here can be changed."""

from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.models import AccessKind
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.web.masking import Mask
from console.web.screens.memory_uses import UseRow, accesses_of, use_rows
from console.web.screens.provenance import Provenance, provenance_of
from console.web.screens.versions import passages_of
from console.web.text import Passage
from memory.access import version_for
from memory.browsing import GONE, recallable_then
from memory.models import HELD_STATES, Memory, MemoryTransition, MemoryVersion, State
from memory.signing.stored import StoredSignature, verify_stored_signature
from memory.touches import record_touch
from memory.writes import Write

MOST_SHOWN = 20
A_MOMENT = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Stop:
    """One of the memory's steps: `at` is a moment at which it stood there, for an address."""

    step: MemoryTransition
    at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class MemoryThen:
    """`memory` says what it said then. `why_not` is blank where a recall could return it."""

    memory: Memory
    state: State
    version: MemoryVersion
    signed: StoredSignature | None
    passages: list[Passage]
    beside: Write
    mask: Mask
    provenance: Provenance
    uses: list[UseRow]
    why_not: str

    @property
    def subject(self) -> str:
        return self.mask.subject(self.beside.subject)


def stops_of(actor: Actor, memory: Memory, at: datetime | None) -> list[Stop]:
    """What it went through, the newest first; what was held then is for reviewers."""
    steps = MemoryTransition.objects.filter(memory_id=memory.id).order_by("-at", "-id")
    if not actor.may(Permission.MEMORY_READ_HELD):
        steps = steps.exclude(state__in=HELD_STATES)
    shown = list(steps[:MOST_SHOWN])
    current = next((step.id for step in shown if at is not None and step.at <= at), None)
    # An address tells milliseconds: the end of the one in which it happened.
    return [Stop(step, step.at + A_MOMENT, step.id == current) for step in shown]


def memory_then(
    actor: Actor, memory: Memory, *, at: datetime, valid_at: datetime, revealed: bool = False
) -> MemoryThen | None:
    """None where it was not there yet, or not for this actor. The look is recorded."""
    step = memory.transitions.filter(at__lte=at).order_by("-at", "-id").first()
    if step is None:
        return None
    if step.state in HELD_STATES and not actor.may(Permission.MEMORY_READ_HELD):
        return None
    version = version_for(actor, memory, step.version)
    record_touch(actor=actor, memory_id=memory.id, version=version.number, access=AccessKind.READ)
    was, mask = _as_of(memory, step), Mask(lifted=revealed)
    state = was.state_at(at)
    return MemoryThen(
        memory=was,
        state=state,
        version=version,
        signed=verify_stored_signature(version),
        passages=passages_of(version, mask),
        beside=mask.beside(was, version),
        mask=mask,
        provenance=provenance_of(actor, version),
        uses=_uses(actor, memory, at),
        why_not=_why_not(memory, step, version, state=state, at=at, valid_at=valid_at),
    )


def _as_of(memory: Memory, step: MemoryTransition) -> Memory:
    was = copy(memory)
    was.state, was.version, was.expires_at = step.state, step.version, step.expires_at
    was.tier = step.tier or memory.tier
    return was


def _why_not(
    memory: Memory,
    step: MemoryTransition,
    version: MemoryVersion,
    *,
    state: State,
    at: datetime,
    valid_at: datetime,
) -> str:
    if memory.state in GONE:
        return "it was deleted since, and comes back for no moment"
    if recallable_then(step, version, at=at, valid_at=valid_at):
        return ""
    if memory.is_held:
        return "it is held now, and comes back for no moment"
    return f"it was {state}" if state is not State.ACTIVE else "it was not true at that time"


def _uses(actor: Actor, memory: Memory, at: datetime) -> list[UseRow]:
    if not actor.may(Permission.TRACES_READ):
        return []
    till_then = accesses_of(memory).filter(at__lte=at).order_by("-at", "-id")
    return use_rows(list(till_then[:MOST_SHOWN]))

"""One memory whole: what it says, what it said, who used it, and what was done to it."""

from dataclasses import dataclass
from uuid import UUID

from audit.models import AuditEvent
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.web.masking import Mask
from console.web.screens.memory_links import MemoryLinks, links_of
from console.web.screens.memory_uses import Use, Usefulness, usefulness_of, uses_of
from console.web.screens.memory_versions import MOST_SHOWN, VersionRow, version_rows
from console.web.screens.provenance import Provenance, provenance_of
from console.web.screens.versions import passages_of
from console.web.text import Passage
from memory.access import version_for, visible_reviews, visible_versions
from memory.actions.expire import CAN_EXPIRE
from memory.holds import standing_holds
from memory.models import (
    LegalHold,
    Memory,
    MemoryTransition,
    MemoryVersion,
    ReviewDecision,
    ReviewItem,
    State,
)
from memory.sealing import open_versions
from memory.signing.stored import StoredSignature, verify_stored_signature
from memory.verification import problems_of_versions
from memory.writes import Write


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review of the memory, and what people decided about it, the oldest first."""

    review: ReviewItem
    decisions: list[ReviewDecision]


@dataclass(frozen=True, slots=True)
class MemoryScreen:
    """`problems` are what verification finds in the version in force; `changed` its last step."""

    memory: Memory
    state: State
    version: MemoryVersion
    signed: StoredSignature | None
    problems: list[str]
    passages: list[Passage]
    beside: Write
    provenance: Provenance
    versions: list[VersionRow]
    uses: list[Use]
    usefulness: Usefulness | None
    events: list[AuditEvent]
    reviews: list[ReviewRow]
    links: MemoryLinks
    holds: list[LegalHold]
    mask: Mask
    changed: MemoryTransition | None
    can_revise: bool
    can_expire: bool
    can_delete: bool

    @property
    def subject(self) -> str:
        return self.mask.subject(self.beside.subject)

    @property
    def open_reviews(self) -> list[ReviewItem]:
        return [row.review for row in self.reviews if row.review.is_open]


def memory_screen(actor: Actor, memory: Memory, *, revealed: bool = False) -> MemoryScreen:
    state = memory.state_at(now())
    can_revise = state is State.ACTIVE and actor.may(Permission.MEMORY_WRITE)
    versions = open_versions(visible_versions(actor, memory)[: MOST_SHOWN + 1])
    shown = version_for(actor, memory, memory.version)
    mask = Mask(lifted=revealed)
    holds = list(standing_holds(memory).select_related("subject")[:MOST_SHOWN])
    return MemoryScreen(
        memory=memory,
        state=state,
        version=shown,
        signed=verify_stored_signature(shown),
        problems=problems_of_versions(memory, [shown]).get(shown.number, []),
        passages=passages_of(shown, mask),
        beside=mask.beside(memory, shown),
        provenance=provenance_of(actor, shown),
        versions=version_rows(memory, versions, mask, can_restore=can_revise),
        uses=uses_of(actor, memory),
        usefulness=usefulness_of(actor, memory),
        events=_events(actor, memory),
        reviews=_reviews(actor, memory),
        links=links_of(actor, memory, shown),
        holds=holds,
        mask=mask,
        changed=memory.transitions.order_by("-at", "-id").first(),
        can_revise=can_revise,
        can_expire=not holds and state in CAN_EXPIRE and actor.may(Permission.MEMORY_EXPIRE),
        can_delete=not holds
        and state not in {State.RETIRED, State.ERASED}
        and actor.may(Permission.MEMORY_DELETE),
    )


def _reviews(actor: Actor, memory: Memory) -> list[ReviewRow]:
    """The newest first; those that are open among them."""
    reviews = list(visible_reviews(actor).filter(memory_id=memory.id).order_by("-id")[:MOST_SHOWN])
    decisions: dict[UUID, list[ReviewDecision]] = {review.id: [] for review in reviews}
    for decision in ReviewDecision.objects.filter(review_id__in=decisions).order_by("id"):
        decisions[decision.review_id].append(decision)
    return [ReviewRow(review, decisions[review.id]) for review in reviews]


def _events(actor: Actor, memory: Memory) -> list[AuditEvent]:
    if not actor.may(Permission.AUDIT_READ):
        return []
    return list(AuditEvent.objects.filter(object_id=memory.id).order_by("-id")[:MOST_SHOWN])

"""What a reviewer needs to decide: what changes, why it waits, and where it came from."""

from dataclasses import dataclass
from uuid import UUID

from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.web.forms.review import DecisionForm
from console.web.masking import Mask
from console.web.screens.memory_uses import Usefulness, usefulness_of
from console.web.screens.provenance import Provenance, provenance_of
from console.web.screens.review_evidence import (
    Against,
    Reader,
    Signal,
    compared,
    readers_of,
    signals_of,
)
from console.web.screens.review_panels import Panel, panels_of
from console.web.screens.review_presence import Presence, presence_of
from console.web.screens.review_queue import QueueRow, queue_rows
from console.web.text import Passage, mark
from memory.access import visible_reviews
from memory.models import Memory, MemoryVersion, ReviewDecision, ReviewItem, ReviewKind
from memory.reviews.approvals import approved_by
from memory.reviews.claims import held_by_another
from memory.reviews.decisions import Decision
from memory.reviews.likeness import similar_waiting
from memory.reviews.order import Part, score_of, score_parts
from memory.reviews.proposer import proposed
from memory.reviews.sla import Clock, clock_of
from memory.signing.stored import StoredSignature, verify_stored_signature
from memory.writes import Write

MOST_LISTED = 5
HEADINGS: dict[str, str] = {
    ReviewKind.REVISION: "Revised {}",
    ReviewKind.CONTRADICTION: "Contradiction",
    ReviewKind.QUARANTINE: "Quarantined {}",
    ReviewKind.SCREENED_ANEW: "Screened anew: a {}",
    ReviewKind.DOUBT: "Doubted {}",
    ReviewKind.RENEWAL: "Renew this {}?",
    ReviewKind.HARMFUL: "Harmful {}",
    ReviewKind.UNUSED: "Unused {}",
    ReviewKind.SAMPLE: "Sampled {}",
}


@dataclass(frozen=True, slots=True)
class Similar:
    """Others that wait as this one does: the ids of all of them, and the first few to see."""

    ids: list[UUID]
    rows: list[QueueRow]

    @property
    def all(self) -> int:
        """With the one they are like."""
        return len(self.ids) + 1

    @property
    def more(self) -> int:
        return len(self.ids) - len(self.rows)


@dataclass(frozen=True, slots=True)
class ReviewScreen:
    """`mask` says whether anything is kept off this screen; its texts are masked already."""

    review: ReviewItem
    memory: Memory
    version: MemoryVersion
    mask: Mask
    subject: str
    beside: Write
    signals: list[Signal]
    passages: list[Passage]
    original: list[Passage]
    against: list[Against]
    provenance: Provenance
    signed: StoredSignature | None
    readers: list[Reader]
    usefulness: Usefulness | None
    similar: Similar
    decisions: list[ReviewDecision]
    panels: list[Panel]
    refusal: str
    approvals: int
    clock: Clock
    parts: list[Part]
    presence: Presence

    @property
    def score(self) -> float:
        return score_of(self.parts)

    @property
    def heading(self) -> str:
        return HEADINGS.get(self.review.kind, "New {}").format(self.memory.kind)

    @property
    def has_marks(self) -> bool:
        return any(passage.tone for passage in self.passages)


def review_screen(
    actor: Actor,
    review: ReviewItem,
    *,
    bound: DecisionForm | None = None,
    revealed: bool = False,
    opened: Decision | None = None,
) -> ReviewScreen:
    """`bound` is the form that was sent and does not hold; `opened` a panel to open at once."""
    memory = review.memory
    mask = Mask(lifted=revealed)
    beside = compared(actor, review, mask)
    version, moment = beside.version, now()
    decisions = list(review.decisions.order_by("decided_at"))
    approvers = approved_by(review) if decisions else set()
    refusal = _refusal(actor, review, approvers)
    passages = mark(*mask.content(version))
    redacted = "content" in version.opened.original
    original = mark(*mask.original(version.opened)) if redacted else []
    subject = mask.subject(review.subject.external_id) if review.subject else ""
    return ReviewScreen(
        review=review,
        memory=memory,
        version=version,
        mask=mask,
        subject=subject,
        beside=mask.beside(memory, version),
        signals=signals_of(review, version, mask),
        passages=passages,
        original=original,
        against=beside.against,
        provenance=provenance_of(actor, version),
        signed=verify_stored_signature(version),
        readers=readers_of(actor, memory),
        usefulness=usefulness_of(actor, memory) if review.is_about_in_force else None,
        similar=_similar(actor, review, version),
        decisions=decisions,
        panels=[]
        if refusal
        else panels_of(
            review,
            memory,
            version,
            targets=beside.targets,
            mask=mask,
            bound=bound,
            opened=opened,
        ),
        refusal=refusal,
        approvals=len(approvers) if review.approvals_needed > 1 else 0,
        clock=clock_of(review, moment),
        parts=score_parts(review, moment) if review.is_open else [],
        presence=presence_of(actor, review, may_decide=refusal in {"", "claimed"}),
    )


def _similar(actor: Actor, review: ReviewItem, version: MemoryVersion) -> Similar:
    if not review.is_open or not actor.may(Permission.REVIEW_DECIDE):
        return Similar([], [])
    ids = list(similar_waiting(review, finding_codes=version.finding_codes))
    shown = visible_reviews(actor).filter(id__in=ids[:MOST_LISTED]) if ids else []
    return Similar(ids, queue_rows(list(shown)) if ids else [])


def _refusal(actor: Actor, review: ReviewItem, approvers: set[UUID]) -> str:
    if not review.is_open:
        return "decided"
    if not actor.may(Permission.REVIEW_DECIDE):
        return "role"
    if actor.id in approvers:
        return "approved"
    if proposed(actor, review):
        return "own"
    if held_by_another(actor, review):
        return "claimed"
    return ""

"""What a reviewer needs to decide: what changes, why it waits, and where it came from."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.web.forms.review import DecisionForm
from console.web.paging import following, preceding
from console.web.screens.memory import Usefulness, usefulness_of
from console.web.screens.provenance import Provenance, provenance_of
from console.web.screens.versions import original_of, passages_of, versions_by_number
from console.web.text import Change, Passage, compare, excerpt
from memory.access import visible_memories, visible_reviews
from memory.models import (
    Memory,
    MemoryVersion,
    ReviewDecision,
    ReviewItem,
    ReviewKind,
    ReviewStatus,
)
from memory.reviews.approvals import approved_by
from memory.reviews.decisions import Decision
from memory.reviews.proposer import proposed

NONE = UUID(int=0)  # no row has it
QUEUE_ORDER = ("-priority", "-risk", "id")
TONES = {"quarantine": "danger", "review": "warn", "note": "info"}


@dataclass(frozen=True, slots=True)
class QueueRow:
    review: ReviewItem
    excerpt: str


@dataclass(frozen=True, slots=True)
class Signal:
    """One reason to look, with the words that gave it."""

    code: str
    detail: str
    tone: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One decision: the key that opens it, and its form."""

    decision: Decision
    key: str
    label: str
    icon: str
    tone: str
    effect: str
    form: DecisionForm

    @property
    def is_open(self) -> bool:
        return self.form.is_bound


# decision, key, label, icon, tone, what it does
PANELS = (
    (Decision.APPROVE, "a", "Approve", "check", "ok", "Agents can recall it from now on."),
    (
        Decision.EDIT,
        "e",
        "Edit and approve",
        "edit",
        "accent",
        "Your text becomes a new version and takes effect; the agent's own text stays on record.",
    ),
    (
        Decision.REJECT,
        "x",
        "Reject",
        "reject",
        "danger",
        "It never takes effect. It stays on record.",
    ),
    (Decision.EXPIRE, "t", "Expire", "clock", "warn", "It ends now. It stays readable as history."),
    (
        Decision.DELETE,
        "d",
        "Delete",
        "trash",
        "danger",
        "Nobody reads or recalls it again. You confirm on the next page.",
    ),
)

# What is in force already is asked about in other words.
FALLS = "It falls: nobody recalls it any more. It stays on record."
EFFECTS: dict[tuple[str, Decision], str] = {
    (ReviewKind.DOUBT, Decision.APPROVE): "It stands: it stays in force as it is.",
    (ReviewKind.DOUBT, Decision.REJECT): FALLS,
    (ReviewKind.HARMFUL, Decision.APPROVE): "No harm in it: it stays in force as it is.",
    (ReviewKind.HARMFUL, Decision.REJECT): FALLS,
    (ReviewKind.UNUSED, Decision.APPROVE): "Worth keeping: it stays in force as it is.",
    (ReviewKind.UNUSED, Decision.REJECT): FALLS,
    (ReviewKind.SCREENED_ANEW, Decision.APPROVE): "No harm in it: agents can recall it.",
    (ReviewKind.SCREENED_ANEW, Decision.REJECT): FALLS,
    (ReviewKind.RENEWAL, Decision.APPROVE): "It lives as long again as its kind is granted.",
    (ReviewKind.RENEWAL, Decision.EDIT): "Your text becomes a new version, and lives anew.",
    (ReviewKind.RENEWAL, Decision.REJECT): "It is let go: it ends when it was to end.",
}


@dataclass(frozen=True, slots=True)
class ReviewScreen:
    review: ReviewItem
    memory: Memory
    version: MemoryVersion
    signals: list[Signal]
    passages: list[Passage]
    original: list[Passage]
    in_force: MemoryVersion | None
    first: MemoryVersion | None
    contradicted: Memory | None
    changes: list[Change]
    provenance: Provenance
    usefulness: Usefulness | None
    decisions: list[ReviewDecision]
    panels: list[Panel]
    refusal: str
    approvals: int
    previous: ReviewItem | None
    next: ReviewItem | None


def queue_rows(reviews: list[ReviewItem]) -> list[QueueRow]:
    texts = versions_by_number((review.memory_id, review.version) for review in reviews)
    return [
        QueueRow(review, excerpt(texts[review.memory_id, review.version].content))
        for review in reviews
    ]


def review_screen(
    actor: Actor, review: ReviewItem, *, bound: DecisionForm | None = None
) -> ReviewScreen:
    """`bound` is the form that was sent and does not hold."""
    memory = review.memory
    contradicted = visible_memories(actor).filter(id=review.contradicts_id or NONE).first()
    texts = versions_by_number(
        [
            (memory.id, number)
            for number in (review.version, memory.version, review.first_version)
            if number
        ]
        + ([(contradicted.id, contradicted.version)] if contradicted else [])
    )
    version = texts[memory.id, review.version]
    in_force = None
    if memory.version < review.version and not memory.is_held:
        in_force = texts[memory.id, memory.version]
    first = texts[memory.id, review.first_version] if review.first_version else None
    before = first or in_force
    if before is None and contradicted is not None:
        before = texts[contradicted.id, contradicted.version]
    refusal = _refusal(actor, review)
    queue = visible_reviews(actor).filter(status=ReviewStatus.OPEN)
    return ReviewScreen(
        review=review,
        memory=memory,
        version=version,
        signals=_signals(review, version),
        passages=passages_of(version),
        original=original_of(version),
        in_force=in_force,
        first=first,
        contradicted=contradicted,
        changes=compare(before.content, version.content) if before else [],
        provenance=provenance_of(actor, version),
        usefulness=usefulness_of(actor, memory) if review.is_about_in_force else None,
        decisions=list(review.decisions.order_by("decided_at")),
        panels=[] if refusal else _panels(review, version, bound),
        refusal=refusal,
        approvals=len(approved_by(review)) if review.approvals_needed > 1 else 0,
        previous=preceding(queue, review, order=QUEUE_ORDER),
        next=following(queue, review, order=QUEUE_ORDER),
    )


def next_in_queue(actor: Actor, review: ReviewItem) -> ReviewItem | None:
    """Where a reviewer goes from here: the item after this one, else the queue's first."""
    queue = visible_reviews(actor).filter(status=ReviewStatus.OPEN).exclude(id=review.id)
    return following(queue, review, order=QUEUE_ORDER) or queue.order_by(*QUEUE_ORDER).first()


def _refusal(actor: Actor, review: ReviewItem) -> str:
    if not review.is_open:
        return "decided"
    if not actor.may(Permission.REVIEW_DECIDE):
        return "role"
    if actor.id in approved_by(review):
        return "approved"
    if proposed(actor, review):
        return "own"
    return ""


def _panels(review: ReviewItem, version: MemoryVersion, bound: DecisionForm | None) -> list[Panel]:
    seen = bytes(version.content_digest).hex()
    panels = []
    for decision, key, label, icon, tone, effect in PANELS:
        if bound is not None and bound.decision is decision:
            form = bound
        else:
            form = DecisionForm(decision, initial={"seen": seen, "content": version.content})
        told = EFFECTS.get((review.kind, decision), effect)
        panels.append(Panel(decision, key, label, icon, tone, told, form))
    return panels


def _signals(review: ReviewItem, version: MemoryVersion) -> list[Signal]:
    """Why it was held, each with its evidence; then what screening noted without holding it."""
    findings: list[dict[str, Any]] = list(version.findings)
    signals = []
    for reason in review.reasons:
        found = next((one for one in findings if one["code"] == reason["code"]), None)
        if found is not None:
            findings.remove(found)
        tone = TONES[found["severity"]] if found else "warn"
        evidence = found["evidence"] if found else ""
        signals.append(Signal(reason["code"], reason["detail"], tone, evidence))
    signals += [
        Signal(one["code"], one["detail"], TONES[one["severity"]], one["evidence"])
        for one in findings
    ]
    return signals

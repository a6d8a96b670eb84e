"""Taking many memories out of recall at once, as when one of them was poisoned."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Max, Value, When

from audit.trail import Changes, audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import InvalidInputError, NotFoundError, WrongStateError
from console.tenancy.rows import insert_rows
from memory.access import visible_memories
from memory.holds import held_among
from memory.influence.quarantined import (
    CAN_QUARANTINE,
    MOST_QUARANTINED,
    QuarantineBatch,
    QuarantineVerdict,
)
from memory.lifecycle import store_all
from memory.models import (
    ABOUT_IN_FORCE,
    DecisionEffect,
    DecisionOutcome,
    Memory,
    MemoryVersion,
    ReviewDecision,
    ReviewItem,
    ReviewKind,
    ReviewStatus,
    State,
)
from memory.reviews.journal import Before
from memory.reviews.opening import item_about, open_items

RISK = 0.9


@audited("memories.quarantined")
def quarantine_memories(
    *,
    actor: Actor,
    memory_ids: Sequence[UUID],
    reason: str,
    comment: str = "",
    led_by: str = "",
) -> QuarantineBatch:
    """Puts up to MOST_QUARANTINED memories into quarantine, each with a review for it.

    What cannot be is left as it is and stops no other. Each has an event of its own and a decision
    with the batch's id, so that `undo_decisions` takes back all of it. One's own too: it takes
    something from agents and gives nobody anything; who lets it back must be another. `led_by` is
    what led to them, as ids. Raises InvalidInputError.
    """
    actor.require(Permission.REVIEW_DECIDE)
    _check(memory_ids)
    batch = QuarantineBatch()
    verdicts = _looked_at(actor, memory_ids)
    chosen = [one.memory for one in verdicts if one.memory is not None and one.refusal is None]
    reviews = _reviews(actor, chosen, reason=reason, led_by=led_by)
    if chosen:
        before = {memory.id: _before(memory) for memory in chosen}
        kept = _decide(actor, reviews, batch=batch, reason=reason, comment=comment)
        _enter(
            actor=actor,
            memories=chosen,
            before=before,
            reviews=reviews,
            batch_id=batch.id,
            reason=reason,
        )
        insert_rows(_effects(kept, reviews, before))
    batch.verdicts.extend(
        replace(one, review=reviews[one.memory_id][0]) if one.memory_id in reviews else one
        for one in verdicts
    )
    note(done=len(batch.done), refused=dict(sorted(batch.by_code.items())), led_by=led_by)
    return batch


def preview_quarantine(
    *, actor: Actor, memory_ids: Sequence[UUID], reason: str, led_by: str = ""
) -> QuarantineBatch:
    """What `quarantine_memories` would do, found out by doing it and rolling all of it back."""
    with transaction.atomic():
        batch = quarantine_memories(
            actor=actor, memory_ids=memory_ids, reason=reason, led_by=led_by
        )
        transaction.set_rollback(True)
    return batch


def _check(memory_ids: Sequence[UUID]) -> None:
    if not 1 <= len(memory_ids) <= MOST_QUARANTINED:
        raise InvalidInputError.on(
            "memories", "wrong_number", f"Choose 1 to {MOST_QUARANTINED} memories at once."
        )
    if len(set(memory_ids)) < len(memory_ids):
        raise InvalidInputError.on("memories", "named_twice", "One of them is named twice.")


def _looked_at(actor: Actor, memory_ids: Sequence[UUID]) -> list[QuarantineVerdict]:
    """Each as it is now, held until commit, in one order for every writer."""
    memories = visible_memories(actor).filter(id__in=memory_ids).order_by("id")
    found = {one.id: one for one in memories.select_for_update(of=("self",))}
    held = held_among(found)
    return [_verdict(one, found.get(one), on_hold=one in held) for one in memory_ids]


def _verdict(memory_id: UUID, memory: Memory | None, *, on_hold: bool) -> QuarantineVerdict:
    if memory is None:
        absent = NotFoundError(memory_id, noun="memory")
        return QuarantineVerdict(memory_id, None, refusal=absent)
    refusal = None
    if memory.state == State.QUARANTINED:
        refusal = WrongStateError("It is in quarantine already.")
    elif memory.state not in CAN_QUARANTINE:
        refusal = WrongStateError(f"The memory is {memory.state}: nobody recalls it.")
    return QuarantineVerdict(memory_id, memory, on_hold, State(memory.state), refusal=refusal)


def _reviews(
    actor: Actor, memories: Sequence[Memory], *, reason: str, led_by: str
) -> dict[UUID, tuple[ReviewItem, bool]]:
    """By memory, and whether it was opened for this. One that asks about the same text is used."""
    asked = ReviewItem.objects.filter(
        memory_id__in=[memory.id for memory in memories], status=ReviewStatus.OPEN
    ).exclude(kind__in=ABOUT_IN_FORCE)
    versions = {memory.id: memory.version for memory in memories}
    waiting = {
        one.memory_id: one
        for one in asked.select_for_update(of=("self",)).order_by("id")
        if one.version == versions[one.memory_id]
    }
    detail = f"It was put into quarantine with others: {led_by}." if led_by else "With others."
    fresh = [
        item_about(memory, ReviewKind.QUARANTINE, code=reason, detail=detail, risk=RISK)
        for memory in memories
        if memory.id not in waiting
    ]
    if fresh:
        _open(actor=actor, items=fresh)
    return {one.memory_id: (one, False) for one in waiting.values()} | {
        one.memory_id: (one, True) for one in fresh
    }


@audited("review.opened", savepoint=False)
def _open(*, actor: Actor, items: Sequence[ReviewItem]) -> Changes[ReviewItem]:
    return open_items(items)


def _decide(
    actor: Actor,
    reviews: dict[UUID, tuple[ReviewItem, bool]],
    *,
    batch: QuarantineBatch,
    reason: str,
    comment: str,
) -> dict[UUID, ReviewDecision]:
    """By memory. What was asked already is asked as a quarantine from here on."""
    kept = {
        memory_id: ReviewDecision(
            review_id=review.id,
            outcome=DecisionOutcome.QUARANTINED,
            reason=reason,
            comment=comment,
            content_digest=bytes(review.content_digest),
            batch_id=batch.id,
            decided_by_kind=actor.kind,
            decided_by_id=actor.id,
            decided_by_label=actor.label[:200],
        )
        for memory_id, (review, _) in reviews.items()
    }
    insert_rows(list(kept.values()))
    asked = [review.id for review, is_new in reviews.values() if not is_new]
    if asked:
        opened_as = Case(When(first_kind="", then=F("kind")), default=F("first_kind"))
        ReviewItem.objects.filter(id__in=asked).update(
            first_kind=opened_as, kind=Value(ReviewKind.QUARANTINE)
        )
    return kept


@audited("memory.quarantined", savepoint=False)
def _enter(
    *,
    actor: Actor,
    memories: Sequence[Memory],
    before: dict[UUID, Before],
    reviews: dict[UUID, tuple[ReviewItem, bool]],
    batch_id: UUID,
    reason: str,
) -> Changes[Memory]:
    entered: Changes[Memory] = Changes()
    moment = now()
    for memory in memories:
        was, memory.state, memory.updated_at = memory.state, State.QUARANTINED, moment
        entered.add(
            memory,
            {
                "state": State.QUARANTINED,
                "was": was,
                "version": memory.version,
                "review_id": str(reviews[memory.id][0].id),
                "batch_id": str(batch_id),
            },
        )
    for step in store_all(memories, actor=actor, reason=reason):
        before[step.memory_id].transition_id = step.id
    return entered


def _before(memory: Memory) -> Before:
    return Before(
        state=State(memory.state),
        version=memory.version,
        expires_at=memory.expires_at,
        ttl=memory.ttl,
        supersedes_id=memory.supersedes_id,
    )


def _effects(
    kept: dict[UUID, ReviewDecision],
    reviews: dict[UUID, tuple[ReviewItem, bool]],
    before: dict[UUID, Before],
) -> list[DecisionEffect]:
    """A review that was opened for this is withdrawn by the undo; another is again what it was."""
    numbers = MemoryVersion.objects.filter(memory_id__in=before).values_list("memory_id")
    for memory_id, newest in numbers.annotate(Max("number")):
        before[memory_id].newest = newest
    effects = []
    for memory_id, decision in kept.items():
        review, is_new = reviews[memory_id]
        effects.append(
            DecisionEffect(
                id=decision.id,
                review={
                    "kind": review.kind,
                    "first_kind": review.first_kind,
                    "version": review.version,
                    "first_version": review.first_version,
                    "content_digest": bytes(review.content_digest).hex(),
                    "left": ReviewStatus.OPEN,
                },
                memories={str(memory_id): before[memory_id].as_json()},
                opened=[review.id] if is_new else [],
            )
        )
    return effects

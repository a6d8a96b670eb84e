from audit.trail import Changes, audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import NotFoundError, StaleVersionError, WrongStateError
from console.tenancy.rows import insert_rows
from memory.lifecycle import lock
from memory.models import (
    VERDICT_OF,
    GoldItem,
    Memory,
    Purpose,
    ReviewItem,
    ReviewKind,
    ReviewQueue,
    ReviewStatus,
    SecondOpinion,
    State,
    Verdict,
)
from memory.reviews.opening import item_about, open_items
from memory.reviews.opinions import any_waits, gold_to_ask, is_asked, waiting_for

DISAGREED_RISK = 0.6


@audited("gold_item.set")
def set_gold_item(*, actor: Actor, review: ReviewItem, reason: str = "") -> GoldItem:
    """From now on others are measured by how this review was decided. Raises WrongStateError."""
    actor.require(Permission.REVIEW_OVERRULE)
    review = ReviewItem.objects.select_for_update(of=("self",)).get(id=review.id)
    verdict = VERDICT_OF.get(review.status)
    if verdict is None:
        raise WrongStateError("Only a decided review has an answer to measure by.")
    if GoldItem.objects.filter(review_id=review.id, withdrawn_at__isnull=True).exists():
        raise WrongStateError("It is a measure already.")
    note(review_id=str(review.id), verdict=verdict)
    return GoldItem.objects.create(
        review_id=review.id,
        verdict=verdict,
        set_by_id=actor.id,
        set_by_label=actor.label[:200],
    )


@audited("gold_item.withdrawn")
def withdraw_gold_item(*, actor: Actor, review: ReviewItem, reason: str = "") -> GoldItem:
    """Nobody is asked it any more; answers that were given keep counting. Raises NotFoundError."""
    actor.require(Permission.REVIEW_OVERRULE)
    standing = GoldItem.objects.select_for_update(of=("self",))
    item = standing.filter(review_id=review.id, withdrawn_at__isnull=True).first()
    if item is None:
        raise NotFoundError(review.id, noun="measure")
    item.withdrawn_at = now()
    item.save(update_fields=["withdrawn_at"])
    note(review_id=str(review.id))
    return item


def next_opinion(*, actor: Actor, queue: str) -> SecondOpinion | None:
    """What the person who just decided in `queue` is to answer before going on, mostly nothing."""
    actor.require(Permission.REVIEW_DECIDE)
    _ask_gold(actor=actor, queue=queue)
    return waiting_for(actor).first() if any_waits(actor) else None


@audited("opinion.asked", savepoint=False)
def _ask_gold(*, actor: Actor, queue: str) -> Changes[SecondOpinion]:
    asked: Changes[SecondOpinion] = Changes()
    share = ReviewQueue.objects.filter(name=queue).values_list("gold_share", flat=True).first()
    item = gold_to_ask(actor, share=share) if share and not is_asked(actor) else None
    if item is not None:
        opinion = SecondOpinion(
            review_id=item.review_id,
            purpose=Purpose.GOLD,
            person_id=actor.id,
            person_label=actor.label[:200],
        )
        insert_rows([opinion])
        asked.add(opinion, {"review_id": str(item.review_id), "purpose": opinion.purpose})
    return asked


@audited("opinion.given")
def give_opinion(
    *,
    actor: Actor,
    opinion: SecondOpinion,
    verdict: Verdict,
    seen_digest: bytes,
    comment: str = "",
) -> SecondOpinion:
    """Measures a person's answer; the memory stays as it was decided.

    Where two people disagree about what is in force, a review is opened about it. Raises
    WrongStateError, StaleVersionError, and NotFoundError for whoever had a part in the decision.
    """
    actor.require(Permission.REVIEW_DECIDE)
    memory = lock(opinion.review.memory)
    locked = SecondOpinion.objects.select_for_update(of=("self",)).get(id=opinion.id)
    if locked.answered_at is not None:
        raise WrongStateError("Somebody has answered this already.")
    if not waiting_for(actor).filter(id=opinion.id).exists():
        raise NotFoundError(opinion.id, noun="item")
    review = ReviewItem.objects.get(id=locked.review_id)
    if bytes(review.content_digest) != seen_digest:
        raise StaleVersionError("The text has changed since you looked at it. Look again.")
    locked.expected = _expected(locked, review)
    locked.verdict = verdict
    locked.comment = comment
    locked.person_id, locked.person_label = actor.id, actor.label[:200]
    locked.answered_at = now()
    locked.save()
    agrees = locked.verdict == locked.expected
    note(review_id=str(review.id), purpose=locked.purpose, agrees=agrees)
    if not agrees and locked.purpose == Purpose.DOUBLE_BLIND:
        _doubt(memory, review)
    return locked


def _expected(opinion: SecondOpinion, review: ReviewItem) -> Verdict:
    """Of a gold item the answer agreed upon, even where it is a measure no more."""
    if opinion.purpose == Purpose.GOLD:
        return Verdict(GoldItem.objects.filter(review_id=review.id).latest("set_at").verdict)
    verdict = VERDICT_OF.get(review.status)
    if verdict is None:
        raise WrongStateError("The decision was taken back: there is nothing to compare with.")
    return verdict


def _doubt(memory: Memory, review: ReviewItem) -> None:
    """A third person decides. What was kept out stays out: its list is on the page of quality."""
    if memory.state != State.ACTIVE or memory.version != review.version:
        return
    open_already = ReviewItem.objects.filter(
        memory_id=memory.id,
        version=memory.version,
        kind=ReviewKind.DOUBT,
        status=ReviewStatus.OPEN,
    )
    if open_already.exists():
        return
    item = item_about(
        memory,
        ReviewKind.DOUBT,
        code="second_opinion",
        detail="A second reviewer, who was not told of the approval, would have kept it out.",
        risk=DISAGREED_RISK,
    )
    item.queue = review.queue
    opened = open_items([item])
    note(review_opened=str(opened.changed[0].id))

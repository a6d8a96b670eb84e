"""Who works on an item, and who else has it on their screen."""

from dataclasses import dataclass

from console.accounts.actor import Actor
from memory.models import ReviewItem
from memory.reviews.presence import others_looking


@dataclass(frozen=True, slots=True)
class Presence:
    """`others` look at it and have not claimed it."""

    review: ReviewItem
    is_mine: bool
    is_anothers: bool
    can_claim: bool
    others: list[str]

    @property
    def is_known(self) -> bool:
        return self.is_mine or self.is_anothers or bool(self.others)


def presence_of(actor: Actor, review: ReviewItem, *, may_decide: bool) -> Presence:
    claimed = review.is_open and review.is_claimed
    mine = claimed and review.claimed_by_id == actor.id
    others = others_looking(actor, review) if review.is_open else []
    return Presence(
        review=review,
        is_mine=mine,
        is_anothers=claimed and not mine,
        can_claim=may_decide and review.is_open and not claimed,
        others=[name for name in others if not claimed or name != review.claimed_by_label],
    )

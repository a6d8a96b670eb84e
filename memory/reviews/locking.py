from console.platform.errors import WrongStateError
from memory.models import ReviewItem


def lock_open_review(review: ReviewItem) -> ReviewItem:
    """As it is now, for whoever changes it. Raises WrongStateError for one that is decided."""
    review = ReviewItem.objects.select_for_update(of=("self",)).get(id=review.id)
    if not review.is_open:
        raise WrongStateError(f"This review is already {review.status}.")
    return review

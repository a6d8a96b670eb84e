from collections.abc import Mapping

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.errors import InvalidInputError, NotFoundError
from memory.models import ReviewView

MOST_VIEWS = 20


@audited("review_view.saved")
def save_review_view(
    *, actor: Actor, name: str, filters: Mapping[str, str], shared: bool = False
) -> ReviewView:
    """Names a set of filters. Raises InvalidInputError on a name that is taken, and on too many."""
    actor.require(Permission.REVIEW_READ)
    own = ReviewView.objects.filter(owner_id=actor.id)
    if not filters:
        raise InvalidInputError.on("name", "no_filters", "Choose a filter first.")
    if own.filter(name=name).exists():
        raise InvalidInputError.on("name", "taken", "You have a view of this name.")
    if own.count() >= MOST_VIEWS:
        raise InvalidInputError.on("name", "too_many", f"You have {MOST_VIEWS} views: delete one.")
    note(filters=sorted(filters), shared=shared)
    return ReviewView.objects.create(
        name=name, filters=dict(filters), owner_id=actor.id, is_shared=shared
    )


@audited("review_view.deleted")
def delete_review_view(*, actor: Actor, view: ReviewView) -> ReviewView:
    """Only its owner's to delete. Raises NotFoundError."""
    actor.require(Permission.REVIEW_READ)
    if view.owner_id != actor.id:
        raise NotFoundError(view.id, noun="view")
    ReviewView.objects.filter(id=view.id).delete()
    return view

from collections.abc import Mapping

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.platform.errors import InvalidInputError, NotFoundError
from memory.access import NEED_OF_LISTING
from memory.models import Listing, SavedView

MOST_VIEWS = 20


@audited("view.saved")
def save_view(
    *,
    actor: Actor,
    listing: Listing,
    name: str,
    filters: Mapping[str, str | list[str]],
    shared: bool = False,
) -> SavedView:
    """Names a set of filters. Raises InvalidInputError on a name that is taken, and on too many."""
    actor.require(NEED_OF_LISTING[listing])
    own = SavedView.objects.filter(owner_id=actor.id, listing=listing)
    if not filters:
        raise InvalidInputError.on("name", "no_filters", "Choose a filter first.")
    if own.filter(name=name).exists():
        raise InvalidInputError.on("name", "taken", "You have a view of this name.")
    if own.count() >= MOST_VIEWS:
        raise InvalidInputError.on("name", "too_many", f"You have {MOST_VIEWS} views: delete one.")
    note(listing=listing, filters=sorted(filters), shared=shared)
    return SavedView.objects.create(
        listing=listing, name=name, filters=dict(filters), owner_id=actor.id, is_shared=shared
    )


@audited("view.deleted")
def delete_view(*, actor: Actor, view: SavedView) -> SavedView:
    """Only its owner's to delete. Raises NotFoundError."""
    actor.require(NEED_OF_LISTING[Listing(view.listing)])
    if view.owner_id != actor.id:
        raise NotFoundError(view.id, noun="view")
    SavedView.objects.filter(id=view.id).delete()
    return view

"""Named filters of a list, as links."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.http import urlencode

from console.accounts.actor import Actor
from memory.access import visible_views
from memory.models import Listing, SavedView

MOST_SHOWN = 30


@dataclass(frozen=True, slots=True)
class View:
    """A named set of filters, as a link."""

    view: SavedView
    query: str
    is_shown: bool
    is_own: bool


def views_of(actor: Actor, listing: Listing, chosen: Mapping[str, Any]) -> list[View]:
    """One's own first; the one whose filters are `chosen` is shown."""
    filters = as_filters(chosen)
    views = visible_views(actor).filter(listing=listing).order_by("is_shared", "name")
    return [
        View(
            view=view,
            query=f"?{urlencode(view.filters, doseq=True)}",
            is_shown=bool(filters) and view.filters == filters,
            is_own=view.owner_id == actor.id,
        )
        for view in views[:MOST_SHOWN]
    ]


def as_filters(chosen: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """As an address has them, which is how a view keeps them: of a name also several values."""
    return {name: _said(value) for name, value in chosen.items()}


def _said(value: Any) -> str | list[str]:
    return sorted(map(str, value)) if isinstance(value, list) else str(value)

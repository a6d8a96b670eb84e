"""What the frame around every page needs."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from console.accounts.actor import Actor
from console.web.navigation import SETTINGS, Group, Place, place_of, places_for


@dataclass(frozen=True, slots=True)
class RailLink:
    """`current` is the value of aria-current, or nothing."""

    place: Place
    current: str


def frame(request: HttpRequest) -> dict[str, Any]:
    """`actor`, `tenant`, `tenants`, the rail and where one is; nothing of it for a stranger."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return {
            "actor": None,
            "tenant": None,
            "tenants": [],
            "oidc": settings.OIDC_PROVIDER,
            "saml": settings.SAML_PROVIDER if settings.SAML_APPS else None,
        }
    tenants = getattr(request, "memberships", [])
    return {
        "actor": actor,
        "tenant": next((one for one in tenants if one.id == actor.tenant_id), None),
        "tenants": tenants,
        # A fragment of a page shows neither.
        "rail": SimpleLazyObject(lambda: rail(actor, request.path)),
        "place": SimpleLazyObject(lambda: _place(actor, request.path)),
    }


def _place(actor: Actor, path: str) -> Place | None:
    """A page that does not open for somebody tells them nothing of where it is."""
    place = place_of(path)
    return place if place in [*places_for(actor), SETTINGS] else None


def rail(actor: Actor, path: str) -> list[list[RailLink]]:
    """The links by group. All settings are one link, to the page that lists them."""
    here = place_of(path)
    if here is not None and here.group is Group.SETTINGS:
        here = SETTINGS
    shown = [place for place in places_for(actor) if place.group is not Group.SETTINGS]
    groups = [list(places) for _, places in groupby(shown, key=lambda place: place.group)]
    return [
        [RailLink(place, _current(place, here, path)) for place in places]
        for places in [*groups, [SETTINGS]]
    ]


def _current(place: Place, here: Place | None, path: str) -> str:
    if path == place.href:
        return "page"
    return "true" if place == here else ""

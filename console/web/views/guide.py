from django.http import HttpResponse
from django.views.decorators.http import require_safe

from console.platform.errors import NotFoundError
from console.web.middleware import TenantRequest
from console.web.navigation import SETTINGS, places_for
from console.web.render import render_page


@require_safe
def help_index(request: TenantRequest) -> HttpResponse:
    return render_page(request, "help/index.html", {"places": places_for(request.actor)})


@require_safe
def help_page(request: TenantRequest, slug: str) -> HttpResponse:
    """What a page is for, for whoever may open the page."""
    places = [*places_for(request.actor), SETTINGS]
    place = next((one for one in places if one.slug == slug), None)
    if place is None:
        raise NotFoundError(slug, noun="page")
    return render_page(request, f"help/{slug}.html", {"about": place, "places": places})

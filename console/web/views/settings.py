from django.http import HttpResponse
from django.views.decorators.http import require_safe

from console.web.middleware import TenantRequest
from console.web.navigation import Group, places_for
from console.web.render import render_page


@require_safe
def settings_page(request: TenantRequest) -> HttpResponse:
    places = [place for place in places_for(request.actor) if place.group is Group.SETTINGS]
    return render_page(request, "settings/index.html", {"places": places})

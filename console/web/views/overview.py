from django.http import HttpResponse
from django.views.decorators.http import require_safe

from console.web.middleware import TenantRequest
from console.web.render import render_page
from console.web.screens.overview import overview_screen


@require_safe
def overview(request: TenantRequest) -> HttpResponse:
    return render_page(request, "overview.html", {"screen": overview_screen(request.actor)})

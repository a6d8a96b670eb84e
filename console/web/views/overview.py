from django.http import HttpResponse
from django.views.decorators.http import require_safe

from console.accounts.permissions import Permission
from console.web.middleware import TenantRequest
from console.web.render import render_page
from console.web.screens.overview import overview_screen
from memory.agents import every_freeze

MOST_FREEZES = 5


@require_safe
def overview(request: TenantRequest) -> HttpResponse:
    may = request.actor.may
    context = {
        "screen": overview_screen(request.actor),
        "freezes": list(every_freeze()[:MOST_FREEZES]) if may(Permission.AGENT_READ) else [],
        "can_thaw": may(Permission.AGENT_MANAGE),
    }
    return render_page(request, "overview.html", context)

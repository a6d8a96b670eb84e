from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from console.accounts.notices import mark_seen
from console.platform.errors import InvalidInputError
from console.web.middleware import TenantRequest
from console.web.render import render_page
from console.web.screens.notices import notices


@require_safe
def notice_list(request: TenantRequest) -> HttpResponse:
    return render_page(request, "notices.html", {"notices": notices(request.actor)})


@require_POST
def notices_seen(request: TenantRequest) -> HttpResponse:
    """`through` is the newest that was on the screen: what came since stays new."""
    try:
        through = UUID(request.POST.get("through", ""))
    except ValueError:
        raise InvalidInputError.on("through", "invalid", "Name the newest notice.") from None
    mark_seen(request.actor.id, through=through)
    return redirect("notice-list")

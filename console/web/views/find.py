from django.http import HttpResponse
from django.views.decorators.http import require_safe

from console.web.middleware import TenantRequest
from console.web.render import render_page
from console.web.screens.find import MOST_LETTERS, find


@require_safe
def find_page(request: TenantRequest) -> HttpResponse:
    """The palette's answers; a page of its own without a script."""
    asked = request.GET.get("q", "").replace("\0", "")[:MOST_LETTERS]
    found = find(request.actor, asked)
    context = {"asked": asked, "found": found}
    return render_page(request, "find.html", context, fragment="found")

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from console.platform.errors import NotFoundError
from console.web.middleware import TenantRequest
from console.web.render import render_page
from console.web.screens.design import THEMES, specimens


@require_safe
def design(request: TenantRequest) -> HttpResponse:
    """The living page of components, for those who build them: nobody else has it."""
    if not settings.DEBUG:
        raise NotFoundError(request.path, noun="page")
    shown = [specimens(theme) for theme in THEMES]
    return render_page(request, "design/index.html", {"themes": shown})

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from console.api.problems import problem_response
from console.platform.errors import NotFoundError


@login_not_required
@csrf_exempt
def unknown_address(_request: HttpRequest, _rest: str = "") -> HttpResponse:
    """Under /api/ an address nobody answers is a problem too, never a page."""
    return problem_response(NotFoundError(noun="address"))

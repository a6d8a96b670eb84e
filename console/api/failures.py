"""What goes wrong around a view: a problem under the machine doors, elsewhere Django's page."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views import defaults

from console.api.errors import BadRequestError, UnexpectedError
from console.api.problems import problem_response

MACHINE_DOORS = ("/api/", "/v1/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's `handler400`: a Host that is not ours, for one. It has logged the cause."""
    if request.path.startswith(MACHINE_DOORS):
        return problem_response(BadRequestError("Send it to the address you were given."))
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`. It has logged the cause."""
    if request.path.startswith(MACHINE_DOORS):
        return problem_response(UnexpectedError("It was not your request. Tell us the request_id."))
    return defaults.server_error(request)

"""What goes wrong around a view: each door's own form of a failure, elsewhere Django's page."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views import defaults

from console.api.errors import BadRequestError, UnexpectedError
from console.api.otlp_answers import failure_answer
from console.api.otlp_failures import bad, unexpected
from console.api.problems import problem_response

API = "/api/"
OTLP = "/v1/"
OTHER_ADDRESS = "Send it to the address you were given."


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's `handler400`: a Host that is not ours, for one. It has logged the cause."""
    if request.path.startswith(API):
        return problem_response(BadRequestError(OTHER_ADDRESS))
    if request.path.startswith(OTLP):
        return failure_answer(request, bad(OTHER_ADDRESS))
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`. It has logged the cause."""
    if request.path.startswith(OTLP):
        return failure_answer(request, unexpected())
    if request.path.startswith(API):
        return problem_response(UnexpectedError("It was not your request. Tell us the request_id."))
    return defaults.server_error(request)

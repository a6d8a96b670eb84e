"""Exports of traces go past the middleware that pages need: it was a tenth of their time."""

from collections.abc import Callable
from typing import Any, cast

from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.signals import request_started
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import resolve
from typing_extensions import override

from console.platform.requests import RequestContextMiddleware

TRACES = "/v1/traces"


class FrontDoor(WSGIHandler):
    """Django's handler for everything else. The view for exports needs no middleware but the id."""

    def __init__(self) -> None:
        super().__init__()
        self._match = resolve(TRACES)
        view = convert_exception_to_response(RequestContextMiddleware(self._match.func))
        self._export = cast("Callable[[WSGIRequest], HttpResponse]", view)

    @override
    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> HttpResponseBase:
        if environ.get("PATH_INFO") != TRACES:
            return super().__call__(environ, start_response)
        request_started.send(sender=type(self), environ=environ)
        request = WSGIRequest(environ)
        request.resolver_match = self._match
        response = self._export(request)
        response._handler_class = type(self)  # type: ignore[attr-defined]  # noqa: SLF001 - closing it ends the request
        start_response(f"{response.status_code} {response.reason_phrase}", [*response.items()])
        return response

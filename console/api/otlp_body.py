"""The body of an OTLP/HTTP request, as sent."""

from django.http import HttpRequest, UnreadablePostError

from audit.ingest.inflate import BrokenEncodingError, TooLargeError
from console.api.otlp_failures import LengthUnknownError


def announced_size(request: HttpRequest, limit: int) -> int:
    """What Content-Length says; 0 where it says nothing. Raises TooLargeError past the limit."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    announced = int(length) if length.isdecimal() else 0
    if announced > limit:
        raise TooLargeError
    return announced


def read_body(request: HttpRequest, announced: int, limit: int) -> bytes:
    """Django's own limit for forms does not hold here: OTLP has its own.

    Raises BrokenEncodingError or LengthUnknownError.
    """
    if "chunked" not in request.headers.get("Transfer-Encoding", "").lower():
        try:
            raw = request.read(announced)
        except UnreadablePostError as error:
            raise BrokenEncodingError("it broke off") from error
        if len(raw) < announced:
            raise BrokenEncodingError("it is shorter than its Content-Length")
        return raw
    # Django reads nothing without a Content-Length, which would acknowledge an empty batch.
    if not request.META.get("wsgi.input_terminated"):
        raise LengthUnknownError
    body: bytes = request.META["wsgi.input"].read(limit + 1)
    return body

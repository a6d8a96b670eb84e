"""What only a machine door can refuse: requests that never become input to a domain."""

from collections.abc import Sequence

from console.platform.errors import DomainError


class UnreadableBodyError(DomainError):
    """The body is no JSON object. `code` tells in which way."""

    title = "The body cannot be read"
    http_status = 400


class MalformedJSONError(UnreadableBodyError):
    code = "malformed_json"


class InvalidUTF8Error(UnreadableBodyError):
    code = "invalid_utf8"


class DuplicateKeyError(UnreadableBodyError):
    code = "duplicate_key"


class TooDeepError(UnreadableBodyError):
    code = "too_deep"


class NotAnObjectError(UnreadableBodyError):
    code = "not_an_object"


class NonFiniteNumberError(UnreadableBodyError):
    code = "non_finite_number"


class BodyCutShortError(UnreadableBodyError):
    code = "body_cut_short"


class BadRequestError(DomainError):
    code = "bad_request"
    title = "The request does not hold together"
    http_status = 400


class BadIdempotencyKeyError(DomainError):
    code = "bad_idempotency_key"
    title = "The Idempotency-Key header is not valid"
    http_status = 400


class MethodNotAllowedError(DomainError):
    code = "method_not_allowed"
    title = "This address does not answer that method"
    http_status = 405

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(f"Use {' or '.join(allowed)} here.")
        self.allowed = tuple(allowed)


class NotAcceptableError(DomainError):
    code = "not_acceptable"
    title = "None of the media types in Accept can be sent"
    http_status = 406


class LengthRequiredError(DomainError):
    code = "length_required"
    title = "Send a Content-Length"
    http_status = 411


class TooLargeError(DomainError):
    code = "too_large"
    title = "The body is too large"
    http_status = 413


class UnsupportedMediaTypeError(DomainError):
    code = "unsupported_media_type"
    title = "Send JSON"
    http_status = 415


class VersionRequiredError(DomainError):
    code = "version_required"
    title = "Say which version you change"
    http_status = 428


class UnexpectedError(DomainError):
    """A defect of ours. Its cause stands in the log under the request's id, never in the answer."""

    code = "unexpected"
    title = "Something went wrong on our side"
    http_status = 500

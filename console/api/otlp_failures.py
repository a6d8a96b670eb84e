"""Why an export was not taken, told alike over HTTP and over gRPC.

A sender repeats 429, 502, 503 and 504, and UNAVAILABLE; after any other failure it drops the
batch. So whatever passes by itself is UNAVAILABLE, and says when to come back.
https://github.com/open-telemetry/opentelemetry-proto/blob/main/docs/specification.md#failures
"""

from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import DatabaseError, DataError, Error, InterfaceError, OperationalError
from google.protobuf.duration_pb2 import Duration
from google.rpc import code_pb2
from google.rpc.error_details_pb2 import BadRequest, RetryInfo
from google.rpc.status_pb2 import Status

from audit.ingest.inflate import BrokenEncodingError, TooLargeError, UnknownEncodingError
from audit.ingest.record import UndecodableError
from console.api.otlp_budget import OverBudgetError
from console.platform.errors import (
    NotAuthenticatedError,
    NotPermittedError,
    UnavailableError,
)

MAX_SENTENCE = 2000
RETRY_AFTER_SECONDS = 5
SEND_AGAIN = "The traces could not be stored now: send again."
UNEXPECTED = "The traces could not be stored. It was not your request."

log = structlog.get_logger(__name__)


class LengthUnknownError(Exception):
    """A chunked body through a server that does not put it together."""


@dataclass(frozen=True, slots=True)
class Failure:
    http_status: int
    code: int  # of google.rpc.Code, whose numbers are gRPC's
    sentence: str
    retry_after: int | None = None  # seconds

    def status(self) -> Status:
        """`google.rpc.Status`, as OTLP asks of every answer but success."""
        sentence = self.sentence[:MAX_SENTENCE]
        status = Status(code=self.code, message=sentence)
        if self.code == code_pb2.INVALID_ARGUMENT:
            violation = BadRequest.FieldViolation(description=sentence)
            status.details.add().Pack(BadRequest(field_violations=[violation]))
        if self.retry_after is not None:
            status.details.add().Pack(RetryInfo(retry_delay=Duration(seconds=self.retry_after)))
        return status


REFUSALS = (
    NotAuthenticatedError,
    NotPermittedError,
    UnknownEncodingError,
    BrokenEncodingError,
    UndecodableError,
    LengthUnknownError,
    TooLargeError,
)
# A database that restarts, fails over, migrates, is full or chose this transaction to end a
# deadlock comes back. What it finds wrong with a value stays wrong.
PASSING = (DatabaseError, InterfaceError, OverBudgetError, UnavailableError, MemoryError)


def failure_of(error: Exception) -> Failure:  # noqa: PLR0911 - one return per cause
    """How a sender is told of one of REFUSALS or PASSING."""
    match error:
        case NotAuthenticatedError():
            return Failure(401, code_pb2.UNAUTHENTICATED, error.detail)
        case NotPermittedError():
            return Failure(403, code_pb2.PERMISSION_DENIED, error.detail)
        case UnknownEncodingError():
            return bad(f"Content-Encoding '{error}' is not known: send gzip, zstd or none.")
        case BrokenEncodingError():
            return bad(f"The body cannot be read: {error}.")
        case UndecodableError():
            return bad(str(error))
        case LengthUnknownError():
            return Failure(411, code_pb2.INVALID_ARGUMENT, "Send a Content-Length.")
        case TooLargeError():
            limit = settings.OTLP_MAX_BODY_BYTES
            sentence = f"The body, inflated, is larger than {limit} bytes: send smaller batches."
            return Failure(413, code_pb2.RESOURCE_EXHAUSTED, sentence)
        case DataError():
            log.error("traces_not_stored", exc_info=error)
            return unexpected()
    _note(error)
    return Failure(503, code_pb2.UNAVAILABLE, SEND_AGAIN, RETRY_AFTER_SECONDS)


def other_signal(signal: str) -> Failure:
    return Failure(
        404,
        code_pb2.UNIMPLEMENTED,
        f"Mnemoscope takes traces, not {signal}: send {signal} elsewhere, or switch them off"
        f" (OTEL_{signal.upper()}_EXPORTER=none).",
    )


def unexpected() -> Failure:
    return Failure(500, code_pb2.INTERNAL, UNEXPECTED)


def bad(sentence: str) -> Failure:
    return Failure(400, code_pb2.INVALID_ARGUMENT, sentence)


def _note(error: Exception) -> None:
    reason = str(error).partition("\n")[0] or type(error).__name__
    if isinstance(error, Error) and not isinstance(error, (OperationalError, InterfaceError)):
        # It may be a mistake of ours that no repetition mends.
        log.error("traces_not_stored", error=reason, exc_info=error)
    else:
        log.warning("traces_not_stored", error=reason)

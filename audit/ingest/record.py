"""A span as it arrived, in one shape for both encodings. Raw: nothing here is interpreted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = "str | bool | int | float | list[Value] | dict[str, Value] | None"
Attributes: TypeAlias = Mapping[str, Value]

TRACE_ID_BYTES = 16
SPAN_ID_BYTES = 8
MAX_NANOSECONDS = 2**63 - 1
KINDS = range(6)  # SpanKind: unspecified, internal, server, client, producer, consumer
STATUS_CODES = range(3)  # Status.StatusCode: unset, ok, error


class UndecodableError(Exception):
    """The body as a whole is not an OTLP trace export. Its text is for the sender to read."""


class MalformedSpanError(Exception):
    """One span does not hold. The rest of its batch goes on."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a group of spans comes from: the OTLP resource and the instrumentation scope."""

    resource: Attributes
    scope_name: str
    scope_version: str
    scope_attributes: Attributes
    schema_url: str


@dataclass(frozen=True, slots=True)
class SpanEvent:
    time_ns: int
    name: str
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class SpanLink:
    trace_id: bytes
    span_id: bytes
    attributes: Attributes


@dataclass(slots=True)  # frozen would cost thrice as much to make
class SpanRecord:
    """Times are Unix nanoseconds; `end_ns` is 0 while the span is still running. Never changed."""

    trace_id: bytes
    span_id: bytes
    parent_id: bytes | None
    name: str
    kind: int
    trace_state: str
    start_ns: int
    end_ns: int
    status_code: int
    status_message: str
    attributes: Attributes
    events: tuple[SpanEvent, ...]
    links: tuple[SpanLink, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Decoded:
    """`rejected` holds one sentence per span that does not hold."""

    spans: tuple[SpanRecord, ...]
    rejected: tuple[str, ...]


def require_id(raw: bytes, size: int, name: str) -> bytes:
    if not raw or not any(raw):
        raise MalformedSpanError(f"{name} is missing or all zero")
    if len(raw) != size:
        raise MalformedSpanError(f"{name} is {len(raw)} bytes, not {size}")
    return raw


def optional_id(raw: bytes, size: int, name: str) -> bytes | None:
    return require_id(raw, size, name) if raw and any(raw) else None


def require_times(start_ns: int, end_ns: int) -> None:
    if start_ns <= 0:
        raise MalformedSpanError("startTimeUnixNano is missing")
    if start_ns > MAX_NANOSECONDS or not 0 <= end_ns <= MAX_NANOSECONDS:
        raise MalformedSpanError("its times lie outside what nanoseconds of 63 bits can hold")


def bounded_time(unix_ns: int) -> int:
    """An event's time, kept within what every later reader can print."""
    return max(0, min(unix_ns, MAX_NANOSECONDS))

"""Spans and trace context, where OpenTelemetry is there; silence where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from mnemoscope_client.calls import Call
from mnemoscope_client.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider


class Observation(Protocol):
    """One call while it is under way."""

    @property
    def headers(self) -> dict[str, str]:
        """W3C Trace Context headers to send, possibly none."""

    def answered(self, answer: Any) -> None:
        """Put what came back on the span."""


class Tracing(Protocol):
    def observe(self, call: Call[Any]) -> AbstractContextManager[Observation]: ...


class _Silence:
    headers: dict[str, str] = {}

    def answered(self, answer: Any) -> None:
        """Nobody watches."""


class NoTracing:
    @contextmanager
    def observe(self, call: Call[Any]) -> Iterator[Observation]:  # noqa: ARG002
        yield _Silence()


def tracing_for(
    settings: Settings, *, tracer_provider: TracerProvider | None, capture_content: bool
) -> Tracing:
    try:
        from mnemoscope_client.otel import OpenTelemetryTracing  # noqa: PLC0415
    except ImportError:
        return NoTracing()
    return OpenTelemetryTracing(
        settings, tracer_provider=tracer_provider, capture_content=capture_content
    )

"""Identifiers of traces and spans in an address, as OpenTelemetry prints them."""

from django.urls import register_converter


class _Hex:
    def to_python(self, value: str) -> bytes:
        return bytes.fromhex(value)

    def to_url(self, value: str | bytes | memoryview) -> str:
        return value if isinstance(value, str) else bytes(value).hex()


class TraceIdConverter(_Hex):
    regex = "[0-9a-f]{32}"


class SpanIdConverter(_Hex):
    regex = "[0-9a-f]{16}"


register_converter(TraceIdConverter, "trace_id")
register_converter(SpanIdConverter, "span_id")

"""Spans of our own: requests, statements, tasks, and memory operations as `gen_ai.memory.*`.

Switched on by OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_ENDPOINT and its kin). Nothing
that anybody wrote or that identifies a person is in a span: ids, routes, statements without
their parameters.
"""

import os

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
# Exports that arrive here would be spans that are exported; probes tell nothing.
UNTRACED = ",".join(
    rf"://[^/]+/{path}" for path in ("v1/", "v1development/", "healthz/", "metrics$", "static/")
)


def start_tracing(service: str) -> bool:
    """For a process that is to serve, once it is forked; whether an endpoint is named at all."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    if not any(os.environ.get(name) for name in ENDPOINTS):
        return False
    named = os.environ.get("OTEL_SERVICE_NAME")
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: named or service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    # Older names of attributes are for those who had some: one generation, the stable one.
    os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http,database")
    DjangoInstrumentor().instrument(excluded_urls=UNTRACED)
    CeleryInstrumentor().instrument()  # type: ignore[no-untyped-call]
    return True

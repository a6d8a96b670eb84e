"""An export of logs or metrics sent to the traces path, named instead of mis-decoded.

The three signals share field numbers, so logs parse as spans without ids; the sender would only
be told that ids are missing.
"""

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)

SENTENCE = "This is an OTLP {signal} export; /v1/traces takes traces. Send only traces here."
JSON_SIGNALS = {
    "resourceLogs": "logs",
    "resourceMetrics": "metrics",
    "resourceProfiles": "profiles",
}


def name_other_signal(body: bytes) -> str | None:
    """The sentence for a protobuf body that holds logs or metrics; None when it holds neither."""
    logs = ExportLogsServiceRequest()
    try:
        logs.ParseFromString(body)
    except DecodeError:
        pass
    else:
        records = [r for g in logs.resource_logs for s in g.scope_logs for r in s.log_records]
        if any(r.time_unix_nano or r.observed_time_unix_nano or r.severity_number for r in records):
            return SENTENCE.format(signal="logs")
    metrics = ExportMetricsServiceRequest()
    try:
        metrics.ParseFromString(body)
    except DecodeError:
        return None
    found = [m for g in metrics.resource_metrics for s in g.scope_metrics for m in s.metrics]
    if any(m.name and m.WhichOneof("data") for m in found):
        return SENTENCE.format(signal="metrics")
    return None


def name_other_json_signal(document: dict[str, object]) -> str | None:
    """The same for a JSON document."""
    for field, signal in JSON_SIGNALS.items():
        if field in document and "resourceSpans" not in document:
            return SENTENCE.format(signal=signal)
    return None

"""Attribute values that any later reader can store, print and send on."""

import math
from base64 import b64encode

from audit.ingest.record import Value

# An attacker's nesting must not exhaust a stack of ours, now or when the value is shown.
MAX_DEPTH = 24
TOO_DEEP = "(nested too deeply)"
INT64 = range(-(2**63), 2**63)


def safe_text(text: str) -> str:
    """PostgreSQL refuses U+0000 in text and jsonb."""
    return text.replace("\0", "\ufffd") if "\0" in text else text


def safe_double(number: float) -> Value:
    """JSON has no NaN and no infinity; OTLP/JSON (protobuf's mapping) writes them as words."""
    if math.isfinite(number):
        return number
    if math.isnan(number):
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


def encoded_bytes(raw: bytes) -> Value:
    return {"bytesValue": b64encode(raw).decode()}

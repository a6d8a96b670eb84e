"""The fields of OTLP/JSON, read leniently where senders differ and refused where they cannot be.

`null` is a field's default, as in protobuf's JSON mapping. Every refusal is MalformedSpanError.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from audit.ingest.record import Attributes, MalformedSpanError, Value
from audit.ingest.values import INT64, MAX_DEPTH, TOO_DEEP, encoded_bytes, safe_double, safe_text

DOUBLE_WORDS = frozenset({"NaN", "Infinity", "-Infinity"})
WHOLE_NUMBER = re.compile(r"-?[0-9]{1,20}")


def as_object(value: object, name: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedSpanError(f"{name} is not an object")
    return value


def as_list(value: object, name: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise MalformedSpanError(f"{name} is not a list")
    return value


def as_text(value: object, name: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MalformedSpanError(f"{name} is not a string")
    return safe_text(value)


def as_integer(value: object, name: str) -> int:
    """64-bit integers are decimal strings in protobuf's JSON; many senders write numbers."""
    if value is None:
        return 0
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and WHOLE_NUMBER.fullmatch(value):
        return int(value)
    raise MalformedSpanError(f"{name} is not a whole number")


def as_enum(value: object, names: Mapping[str, int]) -> int:
    """OTLP asks for the number; the name is tolerated. An unknown one is the default, 0."""
    if isinstance(value, str):
        return names.get(value, 0)
    number = as_integer(value, "enum")
    return number if number in names.values() else 0


def as_bytes_of_hex(value: object, name: str) -> bytes:
    if not value:
        return b""
    if not isinstance(value, str):
        raise MalformedSpanError(f"{name} is not a string of hexadecimal digits")
    try:
        return bytes.fromhex(value)
    except ValueError:
        raise MalformedSpanError(f"{name} is not hexadecimal") from None


def as_attributes(value: object) -> Attributes:
    return _pairs(value, 0)


def _pairs(value: object, depth: int) -> dict[str, Value]:
    attributes: dict[str, Value] = {}
    for item in as_list(value, "attributes"):
        pair = as_object(item, "attribute")
        if key := as_text(pair.get("key"), "attribute key"):
            attributes[key] = _value(pair.get("value"), depth)
    return attributes


def _value(value: object, depth: int) -> Value:  # noqa: PLR0911 - one return per case of AnyValue
    if value is None:
        return None
    any_value = as_object(value, "attribute value")
    if (text := any_value.get("stringValue")) is not None:
        return as_text(text, "stringValue")
    if (number := any_value.get("intValue")) is not None:
        integer = as_integer(number, "intValue")
        return integer if integer in INT64 else str(integer)
    if (flag := any_value.get("boolValue")) is not None:
        return _boolean(flag)
    if (double := any_value.get("doubleValue")) is not None:
        return _double(double)
    if (raw := any_value.get("bytesValue")) is not None:
        return _bytes(raw)
    if depth >= MAX_DEPTH:
        return TOO_DEEP
    if (array := any_value.get("arrayValue")) is not None:
        values = as_list(as_object(array, "arrayValue").get("values"), "arrayValue.values")
        return [_value(item, depth + 1) for item in values]
    if (pairs := any_value.get("kvlistValue")) is not None:
        return _pairs(as_object(pairs, "kvlistValue").get("values"), depth + 1)
    return None


def _boolean(flag: object) -> bool:
    if not isinstance(flag, bool):
        raise MalformedSpanError("boolValue is not true or false")
    return flag


def _double(double: object) -> Value:
    if isinstance(double, str):
        if double in DOUBLE_WORDS:
            return double
        try:
            return safe_double(float(double))
        except ValueError:
            raise MalformedSpanError("doubleValue is not a number") from None
    if isinstance(double, bool) or not isinstance(double, int | float):
        raise MalformedSpanError("doubleValue is not a number")
    return safe_double(float(double))


def _bytes(raw: object) -> Value:
    if not isinstance(raw, str):
        raise MalformedSpanError("bytesValue is not a base64 string")
    try:
        return encoded_bytes(b64decode(raw.replace("-", "+").replace("_", "/"), validate=True))
    except binascii.Error:
        raise MalformedSpanError("bytesValue is not base64") from None

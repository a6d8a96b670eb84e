"""Fields that take what their type says and nothing that merely looks like it.

REST framework's own would take "0.9" or true for a number, 7 for a text, and a local time for UTC.
"""

import re
from datetime import UTC, datetime
from typing import Any
from unicodedata import category
from uuid import UUID

import orjson
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from typing_extensions import override

# RFC 3339 §5.6. The zone is optional here only so that its absence can be named.
INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(Z|[+-]\d{2}:\d{2})?", re.ASCII
)
CANONICAL_UUID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE
)
RANGE: dict[str, Any] = {
    "max_value": "Send at most {max_value}.",
    "min_value": "Send at least {min_value}.",
}
# Separators, controls and formats (Unicode general categories); letters that are drawn as nothing.
UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
DIGITS = re.compile(r"[0-9]{1,9}")


def parse_uuid(text: object) -> UUID | None:
    """A UUID in its canonical form only: braces, `urn:` and bare digits would be second names."""
    if not isinstance(text, str) or not CANONICAL_UUID.fullmatch(text):
        return None
    return UUID(text)


def is_blank(text: str) -> bool:
    """Whether a reader sees nothing: white space, and characters that only steer or join others.

    NUL is not blank but unstorable, which has a code of its own.
    """
    return "\0" not in text and all(category(one) in UNSEEN or one in FILLERS for one in text)


class TextField(serializers.CharField):
    """A string, kept to the letter. Blank means blank to a reader (`is_blank`)."""

    default_error_messages = {
        "invalid": "Send a string.",
        "blank": "Write something: this is empty.",
        "max_length": "Send at most {max_length} characters.",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)

    @override
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if not self.allow_blank and is_blank(data):
            self.fail("blank")
        return data


class NumberField(serializers.FloatField):
    default_error_messages = {"invalid": "Send a number."} | RANGE

    @override
    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return float(data)


class FlagField(serializers.BooleanField):
    default_error_messages = {"invalid": "Send true or false."}

    @override
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class WholeNumberField(serializers.IntegerField):
    default_error_messages = {"invalid": "Send a whole number."} | RANGE

    @override
    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class QueryNumberField(serializers.IntegerField):
    """A whole number in an address, where everything is text."""

    default_error_messages = {"invalid": "Send a whole number."} | RANGE

    @override
    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, str) or not DIGITS.fullmatch(data):
            self.fail("invalid")
        return int(data)


class IdentifierField(serializers.UUIDField):
    default_error_messages = {"invalid": "Send an id as it was given to you, a UUID."}

    @override
    def to_internal_value(self, data: Any) -> UUID:
        identifier = parse_uuid(data)
        if identifier is None:
            self.fail("invalid")
        return identifier


class OneOfField(serializers.ChoiceField):
    """A value of a closed list. The refusal names the list and not what was sent."""

    @override
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("Send a string.", code="invalid")
        if data not in self.choices:
            allowed = ", ".join(str(choice) for choice in self.choices)
            raise serializers.ValidationError(f"Choose one of: {allowed}.", code="invalid_choice")
        return data


class InstantField(serializers.DateTimeField):
    """A moment with its zone, as UTC."""

    default_error_messages = {
        "invalid": "Send a time as in RFC 3339: 2026-11-21T09:30:00Z.",
        "naive_datetime": "Say the zone: 2026-11-21T09:30:00Z or …+01:00.",
    }

    @override
    def to_internal_value(self, value: Any) -> datetime:
        text = value.upper() if isinstance(value, str) else ""
        match = INSTANT.fullmatch(text)
        if match is None:
            self.fail("invalid")
        if match[1] is None:
            self.fail("naive_datetime")
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("invalid")


class ShortListField(serializers.ListField):
    """A list of at most `max_length`, counted before its items are looked at."""

    default_error_messages = {
        "not_a_list": "Send a list: [ … ].",
        "min_length": "Send at least {min_length}.",
        "max_length": "Send at most {max_length}.",
    }

    @override
    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            self.fail("not_a_list")
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        items: list[Any] = super().to_internal_value(data)
        return items


class OneOrManyField(serializers.ListField):
    """One value or a list of them; a list either way once checked."""

    @override
    def to_internal_value(self, data: Any) -> list[Any]:
        items: list[Any] = super().to_internal_value(data if isinstance(data, list) else [data])
        return items


class ObjectField(serializers.DictField):
    """A JSON object of at most `max_bytes`, written compactly."""

    default_error_messages = {"not_a_dict": "Send an object: {{ … }}."}

    def __init__(self, *, max_bytes: int, **options: Any) -> None:
        super().__init__(**options)
        self.max_bytes = max_bytes

    @override
    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("not_a_dict", input_type=type(data).__name__)
        _bounded(data, self.max_bytes)
        return data


@extend_schema_field({"type": ["object", "array", "string", "number", "boolean"]})
class AnyValueField(serializers.JSONField):
    """Any JSON value, as an answer carries it."""


class ValueField(AnyValueField):
    """Any JSON value of at most `max_bytes`, written compactly."""

    def __init__(self, *, max_bytes: int, **options: Any) -> None:
        super().__init__(**options)
        self.max_bytes = max_bytes

    @override
    def to_internal_value(self, data: Any) -> Any:
        _bounded(data, self.max_bytes)
        return data


def _bounded(value: Any, max_bytes: int) -> None:
    size = len(orjson.dumps(value))
    if size > max_bytes:
        detail = f"This takes {size} bytes as JSON; {max_bytes} is the most."
        raise serializers.ValidationError(detail, code="too_long")

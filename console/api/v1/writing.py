"""From checked fields to the Write that the domain takes."""

from dataclasses import replace
from typing import Any

import orjson
from django.conf import settings

from console.platform.errors import InvalidInputError
from memory.models import Kind, Memory, MemoryVersion, Tier, Visibility
from memory.signing.statement import Signed
from memory.writes import Write, as_written

CHOICES = {"kind": Kind, "tier": Tier, "visibility": Visibility}
LISTS = ("namespace", "derived_from")


def text_of(value: Any) -> str:
    """The content of a memory that was sent as a value only."""
    text = orjson.dumps(value).decode()
    if len(text) > settings.MEMORY_MAX_CONTENT_CHARACTERS:
        raise _content_required("The value is too long to be its own text: send a content.")
    return text


def write_from(values: dict[str, Any], signed: Signed | None = None) -> Write:
    return Write(**_parsed(values), signed=signed)


def change_of(
    memory: Memory, version: MemoryVersion, values: dict[str, Any], signed: Signed | None = None
) -> Write:
    """The whole next version: what `values` names, and the rest as `version` says it.

    Where the text was only the value written out, a new value brings its new text with it.
    """
    if "value" in values and "content" not in values and _is_text_of_value(version):
        if values["value"] is None:
            raise _content_required("Without its value the memory needs a content.")
        values = values | {"content": text_of(values["value"])}
    return replace(as_written(memory, version), **_parsed(values), signed=signed)


def _parsed(values: dict[str, Any]) -> dict[str, Any]:
    fields = dict(values)
    for name, choice in CHOICES.items():
        if name in fields:
            fields[name] = choice(fields[name])
    for name in LISTS:
        if name in fields:
            fields[name] = tuple(fields[name])
    if "supersedes" in fields:
        fields["supersedes"] = (fields["supersedes"],)
    return fields


def _is_text_of_value(version: MemoryVersion) -> bool:
    # By meaning: the database keeps an object's members in an order of its own.
    try:
        return version.value is not None and orjson.loads(version.content) == version.value
    except orjson.JSONDecodeError:
        return False


def _content_required(detail: str) -> InvalidInputError:
    return InvalidInputError.on("content", "required", detail)

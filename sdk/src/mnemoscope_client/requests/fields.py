"""The fields of a memory, as an agent may set them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final, Literal, TypeAlias, TypedDict

from mnemoscope_client.calls import Json, JsonObject

Kind: TypeAlias = Literal["preference", "fact", "summary", "event", "procedure", "document"]
Tier: TypeAlias = Literal["working", "episodic", "semantic", "archival"]
Visibility: TypeAlias = Literal["subject", "agent", "workspace"]


class _Unset(Enum):
    UNSET = "unset"


# A revision tells "leave it" from "clear it": None clears.
UNSET: Final = _Unset.UNSET
Unset: TypeAlias = Literal[_Unset.UNSET]


class MemoryFields(TypedDict, total=False):
    """Everything but the content. `ttl` and `expires_at` exclude each other.

    `run` is the conversation or run it comes from, `supersedes` the id of what it replaces.
    """

    value: Json
    kind: Kind
    tier: Tier
    namespace: Sequence[str]
    key: str
    run: str
    subject: str
    metadata: JsonObject
    confidence: float
    importance: float
    ttl: int | timedelta
    expires_at: datetime
    valid_from: datetime
    valid_to: datetime
    source: str
    derived_from: Sequence[str]
    supersedes: str
    visibility: Visibility


class NewMemory(MemoryFields, total=False):
    """One memory of a batch."""

    content: str


_NAMES = frozenset(NewMemory.__annotations__) | frozenset(MemoryFields.__annotations__)


def encoded(fields: Mapping[str, Any]) -> dict[str, Json]:
    """JSON of the given fields. Raises TypeError for a misspelt one, before anything is sent."""
    unknown = sorted(set(fields) - _NAMES)
    if unknown:
        raise TypeError(f"A memory has no field {', '.join(map(repr, unknown))}.")
    return {name: _json(name, value) for name, value in fields.items() if value is not UNSET}


def segments(namespace: Sequence[str]) -> list[str]:
    # A string is a sequence of its letters: "acme" would become the scope a/c/m/e.
    if isinstance(namespace, str):
        raise TypeError('namespace is a list of segments, such as ["support", "eu"].')
    return list(namespace)


def rfc3339(at: datetime) -> str:
    # Taken for UTC, a local time would expire a memory hours off.
    if at.tzinfo is None:
        raise ValueError("A time needs its zone: datetime.now(UTC), not datetime.now().")
    return at.isoformat()


def _json(name: str, value: Any) -> Json:
    if name == "namespace" and value is not None:
        return segments(value)
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, tuple):
        return list(value)
    checked: Json = value
    return checked

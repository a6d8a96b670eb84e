"""One logical call, as data: what to send, how it may be repeated, how its answer reads."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Generic, TypeAlias, TypeVar

from mnemoscope_client.signing import Purpose

Json: TypeAlias = str | int | float | bool | Sequence["Json"] | Mapping[str, "Json"] | None
JsonObject: TypeAlias = Mapping[str, Json]
Params: TypeAlias = tuple[tuple[str, str], ...]

T = TypeVar("T")

# Ids are UUIDs. Anything else could climb out of its path ("../audit/events").
_ID = re.compile(r"[0-9A-Za-z_-]{1,128}")
_KEY = re.compile(r"[!-~]{1,200}")


class Replay(Enum):
    """When a call whose first attempt failed may be sent again."""

    # Reads, and writes that carry an Idempotency-Key.
    ANY_FAILURE = "any_failure"
    # A second PATCH after a lost answer would meet its own first: stale_version, or a 404.
    ONLY_IF_NOT_RECEIVED = "only_if_not_received"


@dataclass(frozen=True, slots=True)
class MemoryOperation(Generic[T]):
    """What a `gen_ai.memory.client` span says about a call (OTel GenAI conventions, memory)."""

    name: str
    store: Callable[[T], str | None] | str | None = None
    record_id: str | None = None
    count: int | None = None
    query: str | None = None
    records: Callable[[T], Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    method: str
    path: str
    parse: Callable[[JsonObject], T]
    params: Params = ()
    body: JsonObject | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    replay: Replay = Replay.ANY_FAILURE
    operation: MemoryOperation[T] | None = None
    signed_for: Purpose | None = None

    def at_cursor(self, cursor: str) -> Call[T]:
        kept = tuple(pair for pair in self.params if pair[0] != "cursor")
        return replace(self, params=(*kept, ("cursor", cursor)))


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    results: tuple[T, ...]
    next_cursor: str | None


def one(collection: str, identifier: str | uuid.UUID, *rest: str) -> str:
    """Path of one object. Raises ValueError for an id that is none: an empty one would list all."""
    if not _ID.fullmatch(str(identifier)):
        raise ValueError("An id is letters, digits, '-' and '_'.")
    return "/".join((collection, str(identifier), *rest))


def params(**named: str | int | None) -> Params:
    """Those that are given. A name that Python keeps for itself ends in an underscore."""
    given = ((name.rstrip("_"), value) for name, value in named.items())
    return tuple((name, str(value)) for name, value in given if value is not None)


def keyed(idempotency_key: str | None) -> dict[str, str]:
    """Made once per logical call, before its first attempt: a retry then cannot write twice."""
    key = str(uuid.uuid4()) if idempotency_key is None else idempotency_key
    if not _KEY.fullmatch(key):
        raise ValueError("An idempotency key is 1 to 200 printable ASCII characters, no spaces.")
    return {"Idempotency-Key": key}

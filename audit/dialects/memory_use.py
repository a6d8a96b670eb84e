"""Which memories a span touched, by OpenTelemetry's `gen_ai.memory.*` attributes."""

from dataclasses import dataclass

import orjson

from audit.dialects.dialect import Op
from audit.dialects.otel_genai import (
    MEMORY_RECORD_COUNT,
    MEMORY_RECORD_ID,
    MEMORY_RECORDS,
    MEMORY_STORE_ID,
)
from audit.ingest.record import Attributes, Value

MAX_ID = 200
# A span that names more is cut: its count still tells how many there were.
MAX_RECORDS = 500
# `gen_ai.memory.records` arrives as a JSON string, and from some exporters as a string of that.
MAX_ENCODINGS = 2


@dataclass(frozen=True, slots=True)
class RecordUse:
    """One memory record in a result or request: `rank` from 1, `score` as the store gave it."""

    id: str
    rank: int
    score: float | None


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """`count` is the span's own figure, which stays when the content, and the ids, are off."""

    store: str | None
    records: tuple[RecordUse, ...]
    count: int


def memory_use_of(op: Op, attributes: Attributes) -> MemoryUse:
    records = _records(attributes)
    stated = attributes.get(MEMORY_RECORD_COUNT)
    count = len(records)
    if isinstance(stated, int) and not isinstance(stated, bool) and 0 <= stated < 2**31:
        count = stated
    elif not records and op in {Op.MEMORY_WRITE, Op.MEMORY_UPDATE}:
        count = 1
    store = attributes.get(MEMORY_STORE_ID)
    return MemoryUse(
        store=store[:MAX_ID] if isinstance(store, str) and store else None,
        records=records,
        count=count,
    )


def _records(attributes: Attributes) -> tuple[RecordUse, ...]:
    uses: dict[str, RecordUse] = {}
    single = attributes.get(MEMORY_RECORD_ID)
    listed = _decoded(attributes.get(MEMORY_RECORDS))
    if isinstance(listed, list):
        for rank, item in enumerate(listed[:MAX_RECORDS], start=1):
            if isinstance(item, dict) and (identifier := _identifier(item.get("id"))):
                uses.setdefault(identifier, RecordUse(identifier, rank, _score(item.get("score"))))
    identifiers = single if isinstance(single, list) else [single]
    for item in identifiers[:MAX_RECORDS]:
        if identifier := _identifier(item):
            uses.setdefault(identifier, RecordUse(identifier, len(uses) + 1, None))
    return tuple(uses.values())


def _decoded(value: Value) -> Value:
    for _ in range(MAX_ENCODINGS):
        if not isinstance(value, str):
            break
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return None
    return value


def _identifier(value: Value) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and 0 < len(value) <= MAX_ID:
        return value.replace("\0", "\ufffd")
    return None


def _score(value: Value) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)

"""Which memories a span touched, under whichever convention's names."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from audit.dialects.dialect import Concept, Op
from audit.dialects.values import decoded
from audit.ingest.record import Attributes, Value

MAX_ID = 200
# A span that names more is cut: its count still tells how many there were.
MAX_RECORDS = 500

# Records numbered in the names of attributes: AgentOps over Mem0, OpenInference's retrievers.
NUMBERED = (
    ("mem0.memory.{}.id", "mem0.memory.{}.score"),
    ("mem0.search.result.{}.id", "mem0.search.result.{}.score"),
    ("retrieval.documents.{}.document.id", "retrieval.documents.{}.document.score"),
)
# Where tools and functions put the records in what they return, and an id in what they are given.
LISTS = ("results", "memories", "records", "documents", "items", "relations")
IDS = ("id", "memory_id", "record_id", "memoryId", "uuid")
GIVEN = ("memory_id", "memory_ids", "record_id", "record_ids", "memoryId", "id", "ids", "path")
SCORES = ("score", "similarity", "relevance")


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


def memory_use_of(op: Op, attributes: Attributes, found: Mapping[Concept, Value]) -> MemoryUse:
    records = _records(op, attributes, found)
    stated = found.get(Concept.MEMORY_COUNT)
    count = len(records)
    if isinstance(stated, int) and stated < 2**31:
        count = stated
    elif not records and op in {Op.MEMORY_WRITE, Op.MEMORY_UPDATE}:
        count = 1
    store = found.get(Concept.MEMORY_STORE)
    return MemoryUse(
        store=store[:MAX_ID] if isinstance(store, str) else None, records=records, count=count
    )


def _records(
    op: Op, attributes: Attributes, found: Mapping[Concept, Value]
) -> tuple[RecordUse, ...]:
    uses: dict[str, RecordUse] = {}
    for rank, identifier, score in _named(op, attributes, found):
        if rank > MAX_RECORDS:
            break
        if identifier is not None:
            uses.setdefault(identifier, RecordUse(identifier, rank, score))
    single = found.get(Concept.MEMORY_RECORD)
    for item in (single if isinstance(single, list) else [single])[:MAX_RECORDS]:
        if identifier := _identifier(item):
            uses.setdefault(identifier, RecordUse(identifier, len(uses) + 1, None))
    return tuple(uses.values())


Named = Iterator[tuple[int, str | None, float | None]]


def _named(op: Op, attributes: Attributes, found: Mapping[Concept, Value]) -> Named:
    """The explicit list of records; else numbered attributes; else what a tool told in JSON."""
    if Concept.MEMORY_RECORDS in found:
        yield from _listed(decoded(found[Concept.MEMORY_RECORDS]))
        return
    if Concept.MEMORY_RECORD in found:
        return
    told = list(_numbered(attributes))
    if not told and Concept.ARGUMENTS in found:
        told = list(_given(decoded(found[Concept.ARGUMENTS])))
    if not told and Concept.RESULT in found and op is not Op.MEMORY_DELETE:
        told = list(_listed(_unwrapped(decoded(found[Concept.RESULT]))))
    yield from told


def _listed(value: Value) -> Named:
    if isinstance(value, list):
        for rank, item in enumerate(value[:MAX_RECORDS], start=1):
            if isinstance(item, dict):
                identifiers = (_identifier(item.get(key)) for key in IDS)
                scores = (_score(item.get(key)) for key in SCORES)
                yield (
                    rank,
                    next((found for found in identifiers if found), None),
                    next((score for score in scores if score is not None), None),
                )


def _numbered(attributes: Attributes) -> Named:
    for identifier, score in NUMBERED:
        for number in range(MAX_RECORDS):
            name = identifier.format(number)
            if name not in attributes:
                break
            yield (
                number + 1,
                _identifier(attributes[name]),
                _score(attributes.get(score.format(number))),
            )


def _given(value: Value) -> Named:
    given = value if isinstance(value, dict) else {}
    for key in GIVEN:
        stated = given.get(key)
        for rank, item in enumerate(stated if isinstance(stated, list) else [stated], start=1):
            if identifier := _identifier(item):
                yield rank, identifier, None


def _unwrapped(value: Value) -> Value:
    """The records within a tool's answer, also within MCP's, which is a text of JSON."""
    content = value.get("content") if isinstance(value, dict) else value
    if isinstance(content, list) and len(content) == 1 and isinstance(content[0], dict):
        text = content[0].get("text")
        if isinstance(text, str):
            value = decoded(text)
    if not isinstance(value, dict):
        return value
    for key in LISTS:
        if isinstance(value.get(key), list):
            return value[key]
    return [value]


def _identifier(value: Value) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and 0 < len(value) <= MAX_ID:
        return value.replace("\0", "\ufffd")
    return None


def _score(value: Value) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value[:32])
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None

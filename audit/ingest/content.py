"""The bulky rest of spans, in blocks: what one batch said of one day and subject.

A block is one byte that names its form, then the form's bytes, sealed (AES-256-GCM) under the key
of the subject its spans name, or of nobody. Form 2: zstd over JSON. Spans of a batch resemble each
other, so that together they take half the room and a tenth of the time that each would alone; the
server's own compression cost most of a COPY.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from backports import zstd

from audit.ingest import columns
from audit.ingest.record import Source, SpanRecord
from audit.ingest.statements import send
from audit.models import Span, SpanContent
from console.keys.keyring import Key, opening_keys
from console.platform.crypto.envelope import seal, unseal
from console.platform.ids import uuid7
from console.tenancy.scope import current_tenant_id

ZSTD_JSON = b"\x02"
LEVEL = 1
# A step that is opened costs the reading of its whole block.
MAX_SPANS = 500
MAX_BYTES = 1024 * 1024
# A page never shows more than this, whatever a body claims to inflate to.
MAX_SHOWN_BYTES = 80 * 1024 * 1024
NANOSECONDS_PER_DAY = 86_400 * 10**9
EPOCH = datetime.fromtimestamp(0, UTC).date()

INSERT = """
INSERT INTO audit_spancontent (tenant_id, id, day, subject_id, key_id, span_count, body)
SELECT %s::uuid, batch.*
FROM unnest(%s::uuid[], %s::date[], %s::uuid[], %s::uuid[], %s::int2[], %s::bytea[]) AS batch
"""

Document = dict[str, Any]
SpanKey = tuple[bytes, bytes]  # trace id and span id


@dataclass(slots=True)
class Block:
    """A block to be: each span's text in the order of their indexes, each source once."""

    day: date
    subject_id: UUID | None
    id: UUID = field(default_factory=uuid7)
    texts: list[bytes] = field(default_factory=list)
    size: int = 0
    _sources: dict[int, int] = field(default_factory=dict)
    _source_texts: list[bytes] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        return len(self.texts) >= MAX_SPANS or self.size > MAX_BYTES

    def add(self, span: SpanRecord) -> int:
        """The span's index."""
        number = self._sources.get(id(span.source))
        if number is None:
            number = self._sources[id(span.source)] = len(self._source_texts)
            self._source_texts.append(orjson.dumps(_source_document(span.source)))
        text = orjson.dumps(_span_document(span, number))
        self.size += len(text)
        self.texts.append(text)
        return len(self.texts) - 1

    def leave_out(self, index: int) -> None:
        self.texts[index] = b"null"

    def sealed(self, key: Key) -> bytes:
        sources, spans = b",".join(self._source_texts), b",".join(self.texts)
        text = b'{"sources":[' + sources + b'],"spans":[' + spans + b"]}"
        body = ZSTD_JSON + zstd.compress(text, LEVEL)
        return seal(key.secret, body, _identity(current_tenant_id(), self.id, self.day, key.id))


class Place(NamedTuple):
    """Where a span's content stands; nowhere, of an erased subject."""

    block_id: UUID | None
    at: int | None


NOWHERE = Place(None, None)


class BatchContents:
    """What the spans of a batch say, in as few blocks as their days, subjects and bounds allow.

    `keys` by subject; without those who were erased, of whom nothing is kept. `places` in the
    order of the spans.
    """

    def __init__(
        self, spans: Iterable[tuple[SpanRecord, UUID | None]], keys: Mapping[UUID | None, Key]
    ) -> None:
        self._keys = keys
        self._blocks: dict[UUID, Block] = {}
        open_blocks: dict[tuple[int, UUID | None], Block] = {}
        self.places: list[Place] = []
        for span, subject_id in spans:
            if subject_id not in self._keys:
                self.places.append(NOWHERE)
                continue
            group = (span.start_ns // NANOSECONDS_PER_DAY, subject_id)
            block = open_blocks.get(group)
            if block is None or block.is_full:
                block = open_blocks[group] = Block(EPOCH + timedelta(group[0]), subject_id)
                self._blocks[block.id] = block
            self.places.append(Place(block.id, block.add(span)))

    def insert(self, are_new: Iterable[bool]) -> None:
        """But for what was stored before, with a content of its own."""
        kept: set[UUID] = set()
        for place, is_new in zip(self.places, are_new, strict=True):
            if place.block_id is None or place.at is None:
                continue
            if is_new:
                kept.add(place.block_id)
            else:
                self._blocks[place.block_id].leave_out(place.at)
        _insert([self._blocks[id_] for id_ in sorted(kept)], self._keys)


def _insert(blocks: Sequence[Block], keys: Mapping[UUID | None, Key]) -> None:
    if not blocks:
        return
    sealing = [keys[block.subject_id] for block in blocks]
    send(
        INSERT,
        [
            current_tenant_id(),
            columns.uuids([block.id for block in blocks]),
            columns.dates([block.day for block in blocks]),
            columns.uuids([block.subject_id for block in blocks]),
            columns.uuids([key.id for key in sealing]),
            columns.smallints([len(block.texts) for block in blocks]),
            columns.byteas([b.sealed(key) for b, key in zip(blocks, sealing, strict=True)]),
        ],
    )


def content_of(span: Span) -> Document:
    """What one span said; empty where that is no longer kept. Two statements.

    Raises SealBrokenError, and ValueError on a form this version does not know.
    """
    return contents_of([span]).get((bytes(span.trace_id), bytes(span.span_id)), {})


def contents_of(spans: Collection[Span]) -> dict[SpanKey, Document]:
    """What spans said, by trace id and span id, by two statements.

    A span is missing whose content is past its retention, or whose subject was erased. Raises as
    `content_of`.
    """
    days = {span.start_time.date() for span in spans if span.block_id}
    ids = {span.block_id for span in spans if span.block_id}
    rows = list(SpanContent.objects.filter(day__in=days, id__in=ids)) if ids else []
    keys = opening_keys({row.key_id for row in rows}) if rows else {}
    opened = {row.id: open_block(row, keys[row.key_id]) for row in rows if row.key_id in keys}
    return {
        (bytes(span.trace_id), bytes(span.span_id)): _document(opened[span.block_id], span)
        for span in spans
        if span.block_id in opened
    }


def open_block(row: SpanContent, key: Key) -> Document:
    """Raises SealBrokenError, and ValueError on a form this version does not know."""
    body = unseal(key.secret, bytes(row.body), _identity(row.tenant_id, row.id, row.day, key.id))
    if body[:1] != ZSTD_JSON:
        raise ValueError("This content is in a form of a newer version.")
    stream = zstd.ZstdDecompressor()
    text = stream.decompress(body[1:], MAX_SHOWN_BYTES)
    if not stream.eof:
        raise ValueError("This content is larger than can be shown.")
    document: Document = orjson.loads(text)
    return document


def cut_out(row: SpanContent, key: Key, indexes: Collection[int]) -> bytes | None:
    """Its sealed body without these spans, and without what only they came from.

    None where nothing is left. Raises as `open_block`.
    """
    block = open_block(row, key)
    gone = set(indexes)
    spans = [None if at in gone else said for at, said in enumerate(block["spans"])]
    used = {said["source"] for said in spans if said is not None}
    if not used:
        return None
    sources = [source if at in used else None for at, source in enumerate(block["sources"])]
    text = orjson.dumps({"sources": sources, "spans": spans})
    body = ZSTD_JSON + zstd.compress(text, LEVEL)
    return seal(key.secret, body, _identity(row.tenant_id, row.id, row.day, key.id))


def _document(block: Document, span: Span) -> Document:
    said: Document = block["spans"][span.block_index]
    return {**block["sources"][said["source"]], **said}


def _source_document(source: Source) -> Document:
    return {
        "resource": source.resource,
        "scope": {
            "name": source.scope_name,
            "version": source.scope_version,
            "attributes": source.scope_attributes,
        },
        "schemaUrl": source.schema_url,
    }


def _span_document(span: SpanRecord, source: int) -> Document:
    return {
        "source": source,
        "attributes": span.attributes,
        "events": [
            {"timeUnixNano": event.time_ns, "name": event.name, "attributes": event.attributes}
            for event in span.events
        ],
        "links": [
            {
                "traceId": link.trace_id.hex(),
                "spanId": link.span_id.hex(),
                "attributes": link.attributes,
            }
            for link in span.links
        ],
        "name": span.name,
        "kind": span.kind,
        "traceState": span.trace_state,
        "endTimeUnixNano": span.end_ns,
        "status": {"code": span.status_code, "message": span.status_message},
    }


def _identity(tenant_id: UUID, block_id: UUID, day: date, key_id: UUID) -> bytes:
    return f"spans|{tenant_id}|{block_id}|{day}|{key_id}".encode()

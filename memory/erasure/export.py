"""Everything about one person as one JSON document (GDPR, Articles 15 and 20), as it is read.

Its shape is told in docs/subjects.md. It is read in pages, each by a transaction of its own: the
database forgets whose data a long one may see, and a slow reader must hold none open. `complete`
stands last, so a download that broke off is no JSON.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Model, Q, QuerySet

from audit.ingest.content import contents_of
from audit.models import MemoryAccess, Span, Trace
from console.accounts.models import Subject
from console.platform.clock import now
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id, tenant_scope
from memory.models import (
    LegalBasis,
    LegalHold,
    Memory,
    MemoryVersion,
    ReviewDecision,
    ReviewItem,
    SubjectName,
)
from memory.sealing import open_versions

FORMAT = "mnemoscope.subject/1"
FIGURES = """
WITH about AS (
  SELECT id FROM memory_memory
  WHERE tenant_id = %(t)s AND subject_id = %(s)s AND state <> 'erased')
SELECT (SELECT count(*) FROM about),
  (SELECT count(*) FROM memory_memoryversion v JOIN about ON about.id = v.memory_id
   WHERE v.tenant_id = %(t)s),
  (SELECT count(*) FROM audit_memoryaccess x
   WHERE x.tenant_id = %(t)s AND x.memory_id = ANY(ARRAY(SELECT id::text FROM about)))
"""
PAGE = 200
FIRST = UUID(int=0)

Ids = list[UUID]
Page = tuple[list[dict[str, Any]], UUID | None]


def export_of(subjects: Sequence[Subject], tenant_id: UUID) -> Iterator[bytes]:
    """Of one person, the subject they are known as first.

    Opens scopes of its own: to be read outside of any.
    """
    known = [{"id": one.id, "external_id": one.external_id} for one in subjects]
    ids = [one.id for one in subjects]
    head = {"format": FORMAT, "exported_at": now(), "subject": known[0], "also": known[1:]}
    yield orjson.dumps(head)[:-1]
    for name, read in (
        ("legal_bases", _bases),
        ("legal_holds", _holds),
        ("memories", _memories),
        ("reviews", _reviews),
    ):
        yield from _list(name, _pages(read, ids, tenant_id))
    yield from _list("accesses", _accesses(ids, tenant_id))
    yield from _list("traces", _traces(ids, tenant_id))
    with tenant_scope(tenant_id):
        names = SubjectName.objects.filter(subject_id__in=ids).count()
    yield b',"known_names":%d,"complete":true}\n' % names


def extent_of(subject: Subject) -> dict[str, int]:
    """How much of it there is: what whoever takes it away is told, and the trail."""
    [row] = fetch(FIGURES, {"t": current_tenant_id(), "s": subject.id})
    return dict(zip(("memories", "versions", "accesses"), row, strict=True))


def _list(name: str, rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    yield f',"{name}":['.encode()
    for at, row in enumerate(rows):
        yield (b",\n" if at else b"\n") + orjson.dumps(row, default=_plain)
    yield b"]"


def _pages(
    read: Callable[[Ids, UUID], Page], ids: Ids, tenant_id: UUID
) -> Iterator[dict[str, Any]]:
    last: UUID | None = FIRST
    while last is not None:
        with tenant_scope(tenant_id):
            rows, last = read(ids, last)
        yield from rows


def _bases(ids: Ids, after: UUID) -> Page:
    found = _after(LegalBasis.objects.filter(subject_id__in=ids), after)
    fields = ("id", "basis", "note", "since", "recorded_at", "withdrawn_at")
    return [_fields(one, fields) for one in found], _last(found)


def _holds(ids: Ids, after: UUID) -> Page:
    about = Memory.objects.filter(subject_id__in=ids).values("id")
    holds = LegalHold.objects.filter(subject_id__in=ids) | LegalHold.objects.filter(
        memory_id__in=about
    )
    found = _after(holds, after)
    fields = ("id", "memory_id", "placed_at", "released_at")
    return [_fields(one, fields) for one in found], _last(found)


def _memories(ids: Ids, after: UUID) -> Page:
    found = _after(Memory.objects.filter(subject_id__in=ids).select_related("agent"), after)
    versions: dict[UUID, list[MemoryVersion]] = {memory.id: [] for memory in found}
    every = MemoryVersion.objects.filter(memory_id__in=versions).order_by("memory_id", "number")
    for version in open_versions(every):
        versions[version.memory_id].append(version)
    return [_memory(memory, versions[memory.id]) for memory in found], _last(found)


def _memory(memory: Memory, versions: list[MemoryVersion]) -> dict[str, Any]:
    fields = (
        "id",
        "state",
        "kind",
        "tier",
        "visibility",
        "namespace",
        "key",
        "run",
        "version",
        "created_at",
        "updated_at",
        "expires_at",
    )
    return {
        **_fields(memory, fields),
        "agent": memory.agent.name if memory.agent else None,
        "versions": [_version(version) for version in versions],
    }


def _version(version: MemoryVersion) -> dict[str, Any]:
    """`erased` where nothing is left of what it said. With what redaction took away."""
    said = version.opened
    provenance = ("author_kind", "author_label", "trace_id", "span_id", "derived_from")
    return {
        **_fields(version, ("number", "recorded_at", "metadata", "confidence", "importance")),
        **_fields(version, ("valid_from", "valid_to")),
        "erased": said.is_erased,
        "content": said.content,
        "value": said.value,
        "source": said.source,
        "original": said.original,
        "findings": [finding.get("code") for finding in said.findings],
        "provenance": _fields(version, provenance),
    }


def _reviews(ids: Ids, after: UUID) -> Page:
    found = _after(ReviewItem.objects.filter(subject_id__in=ids), after)
    decisions: dict[UUID, list[dict[str, Any]]] = {review.id: [] for review in found}
    for decision in ReviewDecision.objects.filter(review_id__in=decisions).order_by("id"):
        told = ("outcome", "reason", "decided_at")
        decisions[decision.review_id].append(_fields(decision, told))
    fields = ("id", "memory_id", "version", "kind", "status", "opened_at", "closed_at")
    rows = [{**_fields(review, fields), "decisions": decisions[review.id]} for review in found]
    return rows, _last(found)


def _accesses(ids: Ids, tenant_id: UUID) -> Iterator[dict[str, Any]]:
    """Memory by memory, in pages: one that everybody recalls has any number of them."""
    last: UUID | None = FIRST
    while last is not None:
        with tenant_scope(tenant_id):
            about = Memory.objects.filter(subject_id__in=ids, id__gt=last).order_by("id")
            found = list(about.values_list("id", flat=True)[:PAGE])
        last = found[-1] if len(found) == PAGE else None
        for memory_id in found:
            yield from _accesses_of(memory_id, tenant_id)


def _accesses_of(memory_id: UUID, tenant_id: UUID) -> Iterator[dict[str, Any]]:
    last: UUID | None = FIRST
    fields = ("memory_id", "version", "access", "source", "at", "agent", "purpose", "trace_id")
    while last is not None:
        with tenant_scope(tenant_id):
            found = _after(MemoryAccess.objects.filter(memory_id=str(memory_id)), last)
        yield from (_fields(one, fields) for one in found)
        last = _last(found)


def _traces(ids: Ids, tenant_id: UUID) -> Iterator[dict[str, Any]]:
    """Each step of every trace that names them, with what it said while that is kept."""
    with tenant_scope(tenant_id):
        named = Trace.objects.filter(subject_id__in=ids).values_list("trace_id", flat=True)
        trace_ids = [bytes(trace_id) for trace_id in named.order_by("trace_id")]
    for trace_id in trace_ids:
        last: tuple[datetime, bytes] | None = (datetime.min.replace(tzinfo=UTC), b"")
        while last is not None:
            with tenant_scope(tenant_id):
                spans = _spans_after(trace_id, last)
                said = contents_of(spans)
            for span in spans:
                yield _step(span, said.get((bytes(span.trace_id), bytes(span.span_id)), {}))
            last = (spans[-1].start_time, bytes(spans[-1].span_id)) if len(spans) == PAGE else None


def _spans_after(trace_id: bytes, last: tuple[datetime, bytes]) -> list[Span]:
    at, span_id = last
    later = Q(start_time__gt=at) | Q(start_time=at, span_id__gt=span_id)
    spans = Span.objects.filter(later, trace_id=trace_id)
    return list(spans.order_by("start_time", "span_id")[:PAGE])


def _step(span: Span, said: dict[str, Any]) -> dict[str, Any]:
    fields = ("trace_id", "span_id", "run_id", "start_time", "name", "agent", "tool", "model")
    return {**_fields(span, fields), **{part: said.get(part) for part in ("attributes", "events")}}


def _after(rows: QuerySet[Any], after: UUID) -> list[Any]:
    return list(rows.filter(id__gt=after).order_by("id")[:PAGE])


def _last(found: list[Any]) -> UUID | None:
    return found[-1].id if len(found) == PAGE else None


def _fields(row: Model, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _plain(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    raise TypeError(f"{type(value).__name__} has no form in JSON.")

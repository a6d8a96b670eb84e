"""What a stream sends: events in the order of the log, or checkpoints in theirs.

An event is a line `{"index":…,"entry":…,"words":…}`: the entry is the very bytes that the log
hashed, so whoever keeps the lines can verify them. Or it is an OCSF event, with the index as its
`metadata.sequence`. Indices have no gaps; by them a receiver drops repetitions and notices what it
lacks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import orjson
from django.db.models import Max

from audit.export.log_lines import words_of
from audit.export.ocsf import ocsf_of
from audit.models import AuditEvent, AuditStream, Checkpoint, LogLeaf, Outcome
from audit.models.stream import Sends, StreamFormat
from audit.proof.entry import entry_of
from audit.streams.syslog import NOTICE, WARNING

MOST_LINES = 500
# Receivers take a megabyte; one line alone may be longer.
MOST_BYTES = 900_000


@dataclass(frozen=True, slots=True)
class Line:
    """`place` is the index of an event, or the number of a checkpoint."""

    place: int
    at: datetime
    kind: str
    object_id: str
    severity: int
    text: bytes


def next_lines(stream: AuditStream, place: int) -> list[Line]:
    """From `place` on, as many as one message bears."""
    found = _events(stream, place) if stream.sends == Sends.EVENTS else _checkpoints(place)
    lines: list[Line] = []
    size = 0
    for line in found:
        size += len(line.text) + 1
        if lines and size > MOST_BYTES:
            break
        lines.append(line)
    return lines


def end_of_log(sends: str) -> int:
    """Where the next event, or checkpoint, will stand."""
    if sends == Sends.EVENTS:
        newest = LogLeaf.objects.aggregate(newest=Max("index"))["newest"]
        return 0 if newest is None else newest + 1
    return (Checkpoint.objects.aggregate(newest=Max("number"))["newest"] or 0) + 1


def _events(stream: AuditStream, index: int) -> Iterator[Line]:
    leaves = list(LogLeaf.objects.filter(index__gte=index).order_by("index")[:MOST_LINES])
    found = AuditEvent.objects.filter(id__in=[leaf.id for leaf in leaves])
    events = {event.id: event for event in found}
    for leaf in leaves:
        yield _event_line(stream, leaf, events.get(leaf.id))


def _event_line(stream: AuditStream, leaf: LogLeaf, event: AuditEvent | None) -> Line:
    if event is None:  # kept no longer: its place in the log still is
        gone = orjson.dumps({"index": leaf.index, "id": leaf.id, "entry": None, "words": None})
        return Line(leaf.index, leaf.sequenced_at, "-", str(leaf.id), NOTICE, gone)
    text = FORMS[StreamFormat(stream.format)](leaf.index, event, with_words=stream.with_words)
    severity = WARNING if event.outcome == Outcome.REFUSED else NOTICE
    return Line(leaf.index, event.recorded_at, event.kind, str(event.id), severity, text)


def _as_json(index: int, event: AuditEvent, *, with_words: bool) -> bytes:
    words = words_of(event) if with_words else b"null"
    return b'{"index":%d,"entry":%s,"words":%s}' % (index, entry_of(event), words)


def _as_ocsf(index: int, event: AuditEvent, *, with_words: bool) -> bytes:
    if not with_words:
        event.actor_label = event.note = ""
    told = ocsf_of(event)
    told["metadata"]["sequence"] = index
    return orjson.dumps(told)


FORMS = {StreamFormat.JSON: _as_json, StreamFormat.OCSF: _as_ocsf}


def _checkpoints(number: int) -> Iterator[Line]:
    found = Checkpoint.objects.filter(number__gte=number).order_by("number")[:MOST_LINES]
    for one in found:
        text = orjson.dumps({"number": one.number, "size": one.size, "note": one.note})
        yield Line(one.number, one.made_at, "checkpoint", str(one.number), NOTICE, text)

"""Events as whoever verifies reads them: lines in the order of the log, without gaps.

A line is `{"entry":…,"words":…}`. The entry stands first and to the byte as it was hashed, so a
reader has it without a JSON parser's opinion: `line[9 : line.rfind(b',"words":')]`. The words are
`{"actor_label","note","salt"}`, whose digest is in the entry, or null where they were forgotten.
"""

from collections.abc import Iterator
from uuid import UUID

import orjson

from audit.models import AuditEvent, LogLeaf
from audit.proof.entry import entry_of
from console.platform.errors import ConflictError
from console.tenancy.scope import tenant_scope

PAGE = 1_000


class EventGoneError(ConflictError):
    """Its retention is over: its leaf is in the log, and its entry nowhere."""

    code = "event_gone"
    title = "An event of this part of the log is kept no more"


def log_line(event: AuditEvent) -> bytes:
    return b'{"entry":%s,"words":%s}\n' % (entry_of(event), words_of(event))


def words_of(event: AuditEvent) -> bytes:
    """As JSON; `null` where they were forgotten."""
    if event.salt is None:
        return b"null"
    salt = bytes(event.salt).hex()
    return orjson.dumps({"actor_label": event.actor_label, "note": event.note, "salt": salt})


def log_lines(tenant_id: UUID, first: int, size: int) -> Iterator[bytes]:
    """Those of [first, size), each page in a transaction of its own: to be read outside of any.

    Raises EventGoneError where there is no such line to write.
    """
    for begin in range(first, size, PAGE):
        with tenant_scope(tenant_id):
            lines = _page(begin, min(begin + PAGE, size))
        yield from lines


def _page(begin: int, end: int) -> list[bytes]:
    leaves = LogLeaf.objects.filter(index__gte=begin, index__lt=end).order_by("index")
    ids = list(leaves.values_list("id", flat=True))
    events = {event.id: event for event in AuditEvent.objects.filter(id__in=ids)}
    if len(ids) != end - begin or len(events) != len(ids):
        raise EventGoneError(f"Not every event from {begin} to {end - 1} is kept.")
    return [log_line(events[event_id]) for event_id in ids]

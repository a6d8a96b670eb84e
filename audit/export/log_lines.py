"""Events as whoever verifies reads them: lines in the order of the log.

A line is `{"entry":…,"words":…}`. The entry stands first and to the byte as it was hashed, so a
reader has it without a JSON parser's opinion: `line[9 : line.rfind(b',"words":')]`. The words are
`{"actor_label","note","salt"}`, whose digest is in the entry, or null where they were forgotten.
"""

from collections.abc import Iterator
from uuid import UUID

import orjson

from audit.models import AuditEvent, LogLeaf
from audit.proof.entry import entry_of
from console.tenancy.scope import tenant_scope

PAGE = 1_000


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

    An event whose row is gone has no line: whoever verifies finds that it is missing.
    """
    for begin in range(first, size, PAGE):
        with tenant_scope(tenant_id):
            lines = _page(begin, min(begin + PAGE, size))
        yield from lines


def _page(begin: int, end: int) -> list[bytes]:
    leaves = LogLeaf.objects.filter(index__gte=begin, index__lt=end).order_by("index")
    ids = list(leaves.values_list("id", flat=True))
    events = {event.id: event for event in AuditEvent.objects.filter(id__in=ids)}
    return [log_line(events[event_id]) for event_id in ids if event_id in events]

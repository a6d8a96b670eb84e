"""Computing a tenant's whole log anew, from its events: leaves, tiles, checkpoints, signatures.

What a person who can write to every table cannot hide from: they would have to forge a signature.
Whoever has the keys too is found out by the checkpoints that are kept elsewhere: those of the
anchor file are compared here.
"""

from collections.abc import Callable, Iterator
from uuid import UUID

from audit.anchors.notes_file import UnreadableFileError, batches_of_notes
from audit.models import AuditEvent, LogLeaf
from audit.proof.chain import Chain
from audit.proof.entry import entry_of
from audit.proof.merkle import CompactRange, leaf_hash, perfect_root
from audit.proof.pruned import proven_pruned_log
from audit.proof.report import MOST_TOLD, LogReport, Problem
from audit.proof.sequence import log_size, mark_of_log
from audit.proof.tiles import HASH_BYTES, HEIGHT, WIDTH, Place, read_tiles
from audit.trail import words_digest
from console.tenancy.rows import fetch
from console.tenancy.scope import tenant_scope

PAGE = 4 * WIDTH
UNKNOWN_WORDS = bytes(32)

# Those up to the mark that have no leaf: each was looked at when the mark went past it.
INSERTED = """
SELECT e.id FROM audit_auditevent e
LEFT JOIN audit_logleaf l ON l.tenant_id = e.tenant_id AND l.id = e.id
WHERE e.tenant_id = %s AND e.xid <= %s AND (e.xid, e.id) <= (%s, %s) AND l.id IS NULL
ORDER BY e.xid, e.id LIMIT %s
"""


def verify_log(tenant_id: UUID, progress: Callable[[int, int], None]) -> LogReport:
    """Page by page, each in a transaction of its own; `progress` is told events done and in all."""
    report = LogReport(tenant_id)
    with tenant_scope(tenant_id):
        report.events = size = log_size()
        chain, tiles = Chain(report), _Tiles(report)
        for event_id in _inserted(tenant_id):
            report.tell(Problem("event_inserted", event=event_id))
    tree = CompactRange()
    for begin in range(0, size, PAGE):
        end = min(begin + PAGE, size)
        with tenant_scope(tenant_id):
            leaves = list(_leaves(report, begin, end))
            tiles.check(leaves, is_last=end == size)
            signed = chain.between(begin, end)
        for leaf in leaves:
            tree.append(leaf)
            if tree.size in signed:
                chain.check(signed[tree.size], tree.root)
        progress(end, size)
    with tenant_scope(tenant_id):
        chain.check_tail(size)
    try:
        for notes in batches_of_notes(tenant_id, PAGE):
            with tenant_scope(tenant_id):
                chain.check_kept(notes)
    except (UnreadableFileError, ValueError):
        report.tell(Problem("kept_unreadable"))
    return report


def _inserted(tenant_id: UUID) -> list[UUID]:
    mark = mark_of_log()
    rows = fetch(INSERTED, [tenant_id, mark.xid, *mark, MOST_TOLD])
    return [event_id for (event_id,) in rows]


def _leaves(report: LogReport, begin: int, end: int) -> Iterator[bytes]:
    """Their hashes as the log has them, each compared with what its event gives."""
    rows = LogLeaf.objects.filter(index__gte=begin, index__lt=end)
    leaves = {leaf.index: leaf for leaf in rows}
    ids = [leaf.id for leaf in leaves.values()]
    events = {event.id: event for event in AuditEvent.objects.filter(id__in=ids)}
    if any(leaf.id not in events for leaf in leaves.values() if leaf.index >= report.pruned):
        _ask_what_was_pruned(report)
    for index in range(begin, end):
        leaf = leaves.get(index)
        if leaf is None:
            report.tell(Problem("leaf_missing", index))
            yield bytes(HASH_BYTES)
            continue
        code = _fault(events.get(leaf.id), bytes(leaf.leaf_hash))
        if code == "event_deleted" and index < report.pruned:
            code = None
        if code is not None:
            report.tell(Problem(code, index, leaf.id))
        yield bytes(leaf.leaf_hash)


def _ask_what_was_pruned(report: LogReport) -> None:
    """After the events were read: retention may remove some while we look."""
    pruned = proven_pruned_log()
    if pruned is not None:
        report.pruned, report.pruned_at = pruned.size, pruned.at


def _fault(event: AuditEvent | None, leaf: bytes) -> str | None:
    if event is None:
        return "event_deleted"
    if leaf_hash(entry_of(event)) != leaf:
        return "event_changed"
    return None if _words_hold(event) else "words_changed"


def _words_hold(event: AuditEvent) -> bool:
    if event.salt is not None:
        digest = words_digest(bytes(event.salt), event.actor_label, event.note)
        return digest == bytes(event.words_digest)
    # Forgotten, or from before the log.
    return not (event.actor_label or event.note) or bytes(event.words_digest) == UNKNOWN_WORDS


class _Tiles:
    """What the tiles have to be, made of the leaves as they come."""

    def __init__(self, report: LogReport) -> None:
        self._report = report
        self._rows: list[list[bytes]] = []  # the tile that is being filled, by level
        self._numbers: list[int] = []

    def check(self, leaves: list[bytes], *, is_last: bool) -> None:
        wanted: dict[Place, list[bytes]] = {}
        for leaf in leaves:
            self._push(0, leaf, wanted)
        if is_last:
            wanted |= {
                Place(level, self._numbers[level]): row
                for level, row in enumerate(self._rows)
                if row
            }
        held = read_tiles(wanted)
        for place, row in wanted.items():
            # It may have grown since the size was asked for.
            if held.get(place, [])[: len(row)] != row:
                first = place.number << HEIGHT * (place.level + 1)
                self._report.tell(Problem("tile_changed", first))

    def _push(self, level: int, one: bytes, wanted: dict[Place, list[bytes]]) -> None:
        if level == len(self._rows):
            self._rows.append([])
            self._numbers.append(0)
        row = self._rows[level]
        row.append(one)
        if len(row) == WIDTH:
            wanted[Place(level, self._numbers[level])] = row
            self._rows[level] = []
            self._numbers[level] += 1
            self._push(level + 1, perfect_root(row), wanted)

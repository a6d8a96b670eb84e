from django.db.models import Exists, OuterRef, Q

from audit.models import AccessKind
from audit.provenance import MAX_PURPOSE
from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.ids import uuid7
from memory.models import MemoryVersion, Snapshot, SnapshotItem, State
from memory.retrieval.answering import answer_of, hits_of
from memory.retrieval.history import rank_versions, with_memory
from memory.retrieval.query import Recall, RecallQuery
from memory.sealing import open_versions
from memory.snapshots.scope import GONE, versions_within
from memory.touches import record_touches


@audited("snapshot.recalled", savepoint=False)
def recall_snapshot(*, actor: Actor, snapshot: Snapshot, query: RecallQuery) -> Recall:
    """What a recall then would have been ranked from, whoever may recall it.

    For somebody who debugs: each hit is recorded as looked at, and counts nowhere as recalled.
    """
    actor.require(Permission.MEMORY_RECALL)
    actor.require(Permission.SNAPSHOT_READ)
    versions = {version.memory_id: version for version in _recallable(snapshot, query)}
    hits = hits_of(versions, rank_versions(query, list(versions.values()), at=snapshot.as_of))
    recall = Recall(uuid7(), answer_of(hits, query))
    record_touches(
        [(hit.memory.id, hit.version.number) for hit in recall.hits],
        actor=actor,
        access=AccessKind.READ,
        purpose=f"snapshot {snapshot.name}: {query.purpose}"[:MAX_PURPOSE],
    )
    note(
        snapshot=str(snapshot.id),
        memories=[str(hit.memory.id) for hit in recall.hits],
    )
    return recall


def _recallable(snapshot: Snapshot, query: RecallQuery) -> list[MemoryVersion]:
    """Opened. What has been deleted or erased since is gone from the past as well."""
    items = SnapshotItem.objects.filter(
        snapshot_id=snapshot.id,
        memory_id=OuterRef("memory_id"),
        version=OuterRef("number"),
        state=State.ACTIVE,
    )
    at = query.valid_at or snapshot.as_of
    versions = (
        versions_within(subject=query.subject, namespace=query.namespace, filters=query.filters)
        .filter(
            Exists(items),
            Q(valid_from__isnull=True) | Q(valid_from__lte=at),
            Q(valid_to__isnull=True) | Q(valid_to__gt=at),
        )
        .exclude(memory__state__in=GONE)
    )
    opened = open_versions(with_memory(versions))
    return [version for version in opened if version.said and not version.said.is_erased]

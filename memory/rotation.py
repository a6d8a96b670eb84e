"""Ending a rotation of keys: everything that waits, step by step, for the command and the sweep.

Each step is a transaction of its own. What is left is told by the rows, so that whoever comes
next goes on from there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from django.db.models import QuerySet

from console.accounts.actor import system_actor
from console.keys.models import DataKey, Purpose
from console.tenancy.scope import tenant_scope
from memory.actions.rekey import Moved, rehash_memories, rekey_names, reseal_memories
from memory.actions.rotate_keys import (
    KeysChanged,
    destroy_retired_keys,
    due_keys,
    rewrap_keys,
    rotate_due_keys,
)
from memory.models import MemoryFingerprint, RecallIndex, SealedContent, SubjectName

BATCH = 200
FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Progress:
    """Of one kind of step: `rows` by the last batch make `done` of about `total`.

    `broken` of the last batch do not open, and stay as they are.
    """

    step: str
    total: int
    done: int = 0
    rows: int = 0
    broken: int = 0


def finish_rotation(tenant_id: UUID) -> Iterator[Progress]:
    """One progress per batch that did something."""
    actor = system_actor(tenant_id, "rotate_keys")
    with tenant_scope(tenant_id):
        due = due_keys().count()
        living = DataKey.objects.filter(wrapped__isnull=False).count()
    rotate = partial(rotate_due_keys, actor=actor, limit=BATCH)
    yield from _until_done(tenant_id, Progress("rotated", due), rotate)
    rewrap = partial(rewrap_keys, actor=actor, limit=BATCH)
    yield from _until_done(tenant_id, Progress("rewrapped", living), rewrap)
    with tenant_scope(tenant_id):
        retired = list(_retired().order_by("id"))
    for key in retired:
        if key.purpose == Purpose.CONTENT:
            with tenant_scope(tenant_id):
                total = SealedContent.objects.filter(key_id=key.id).count()
            reseal = partial(reseal_memories, actor=actor, key=key, limit=BATCH)
            yield from _to_the_end(tenant_id, Progress("resealed", total), reseal)
    if any(key.purpose == Purpose.INDEX for key in retired):
        with tenant_scope(tenant_id):
            total = RecallIndex.objects.count() + MemoryFingerprint.objects.count()
        rehash = partial(rehash_memories, actor=actor, limit=BATCH)
        yield from _to_the_end(tenant_id, Progress("rehashed", total), rehash)
    if retired:
        with tenant_scope(tenant_id):
            total = SubjectName.objects.count()
        rename = partial(rekey_names, actor=actor, limit=BATCH)
        yield from _to_the_end(tenant_id, Progress("renamed", total), rename)
    destroy = partial(destroy_retired_keys, actor=actor, limit=BATCH)
    yield from _until_done(tenant_id, Progress("destroyed", len(retired)), destroy)


def _retired() -> QuerySet[DataKey]:
    """What they hold is to be moved. What the server sealed stays under the key it is under."""
    return DataKey.objects.filter(
        purpose__in=[Purpose.CONTENT, Purpose.INDEX],
        retired_at__isnull=False,
        wrapped__isnull=False,
    )


def _until_done(
    tenant_id: UUID, progress: Progress, step: Callable[[], KeysChanged]
) -> Iterator[Progress]:
    while True:
        with tenant_scope(tenant_id):
            rows = step().rows
        if not rows:
            return
        progress = replace(progress, done=progress.done + rows, rows=rows)
        yield progress


def _to_the_end(
    tenant_id: UUID, progress: Progress, step: Callable[..., Moved]
) -> Iterator[Progress]:
    last: UUID | None = FIRST
    while last is not None:
        with tenant_scope(tenant_id):
            moved = step(after=last)
        last = moved.last
        done = progress.done + moved.rows
        progress = replace(progress, done=done, rows=moved.rows, broken=moved.broken)
        if moved.rows or moved.broken:
            yield progress

"""The only way to reach a snapshot. Absent, another tenant's, expired and forbidden look alike."""

from uuid import UUID

from django.db.models import QuerySet

from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import NotFoundError
from memory.models import Snapshot


def visible_snapshots(actor: Actor) -> QuerySet[Snapshot]:
    snapshots: QuerySet[Snapshot] = Snapshot.objects.alive(now()).select_related("subject")
    return snapshots if actor.may(Permission.SNAPSHOT_READ) else snapshots.none()


def snapshot_for(
    actor: Actor, snapshot_id: UUID, *, need: Permission = Permission.SNAPSHOT_READ
) -> Snapshot:
    return _found(actor, visible_snapshots(actor).filter(id=snapshot_id), need=need)


def snapshot_named(actor: Actor, name: str) -> Snapshot:
    named = visible_snapshots(actor).filter(name=name)
    return _found(actor, named, need=Permission.SNAPSHOT_READ)


def _found(actor: Actor, snapshots: QuerySet[Snapshot], *, need: Permission) -> Snapshot:
    snapshot = snapshots.first()
    if snapshot is None:
        raise NotFoundError(noun="snapshot")
    if not actor.may(need):
        raise NotFoundError(noun="snapshot")
    return snapshot

"""Deleting the snapshots whose time is over. Nobody could open them any more anyway."""

from uuid import UUID

from console.accounts.actor import system_actor
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.actions import delete_snapshot
from memory.holds import keeps_held
from memory.models import Snapshot

BATCH = 50


def sweep_snapshots(tenant_id: UUID) -> int:
    with tenant_scope(tenant_id):
        actor = system_actor(tenant_id, "sweep_snapshots")
        past = Snapshot.objects.filter(~keeps_held(), expires_at__lte=now())
        due = list(past.order_by("expires_at")[:BATCH])
        for snapshot in due:
            delete_snapshot(actor=actor, snapshot=snapshot, reason="expired")
    return len(due)

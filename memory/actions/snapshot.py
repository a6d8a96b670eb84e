from datetime import datetime, timedelta

from django.db import connection

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import ConflictError, InvalidInputError, LegalHoldError
from console.tenancy.rows import insert_rows
from console.tenancy.scope import current_tenant_id
from memory.holds import keeps_held, tenant_holds
from memory.models import Snapshot
from memory.snapshots.scope import MAX_ITEMS, SnapshotScope, items_of

MAX_LIFETIME = timedelta(days=90)


@audited("snapshot.created")
def create_snapshot(
    *, actor: Actor, name: str, scope: SnapshotScope, expires_at: datetime, reason: str = ""
) -> Snapshot:
    """Keeps a scope as it was, to look into. Raises InvalidInputError, ConflictError on its name.

    It holds private memories of agents too, since whoever may make one may read those.
    """
    actor.require(Permission.SNAPSHOT_MANAGE)
    moment = now()
    _check_times(scope, expires_at, at=moment)
    _free_name(name, actor=actor, at=moment)
    if scope.subject and scope.subject_id() is None:
        raise InvalidInputError.on("subject", "unknown_subject", "Nobody is known by this name.")
    items = items_of(scope)
    if len(items) > MAX_ITEMS:
        raise InvalidInputError.on(
            "filters", "scope_too_large", f"More than {MAX_ITEMS} memories: narrow the scope."
        )
    snapshot = Snapshot.objects.create(
        name=name,
        subject_id=scope.subject_id(),
        namespace=list(scope.namespace),
        filters=scope.filters,
        as_of=scope.as_of,
        reason=reason,
        item_count=len(items),
        created_at=moment,
        created_by_kind=actor.kind,
        created_by_id=actor.id,
        created_by_label=actor.label[:200],
        expires_at=expires_at,
    )
    for item in items:
        item.snapshot_id = snapshot.id
    insert_rows(items)
    # By which an erasure finds what people said about it, after it is gone.
    about = str(snapshot.subject_id) if snapshot.subject_id else None
    note(items=len(items), as_of=scope.as_of.isoformat(), subject_id=about)
    return snapshot


@audited("snapshot.deleted")
def delete_snapshot(*, actor: Actor, snapshot: Snapshot, reason: str = "") -> Snapshot:
    """The memories it named stay as they are. Raises LegalHoldError where one of them is held."""
    actor.require(Permission.SNAPSHOT_MANAGE)
    if tenant_holds() and Snapshot.objects.filter(keeps_held(), id=snapshot.id).exists():
        raise LegalHoldError("It names a memory that is kept until an owner releases the hold.")
    note(items=snapshot.item_count)
    Snapshot.objects.filter(id=snapshot.id).delete()
    return snapshot


def _free_name(name: str, *, actor: Actor, at: datetime) -> None:
    """An expired one whose sweep is yet to come does not keep it. Raises ConflictError."""
    with connection.cursor() as cursor:
        # Of two made at once under one name, the second waits here and is then told.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"snapshot/{current_tenant_id()}/{name}"],
        )
    named = Snapshot.objects.filter(name=name).first()
    if named is None:
        return
    if named.expires_at > at:
        raise ConflictError("There is a snapshot of this name. Choose another, or delete it.")
    delete_snapshot(actor=actor, snapshot=named, reason="expired")


def _check_times(scope: SnapshotScope, expires_at: datetime, *, at: datetime) -> None:
    if scope.as_of > at:
        raise InvalidInputError.on("as_of", "in_the_future", "Nobody knows yet what will be.")
    if expires_at <= at:
        raise InvalidInputError.on("expires_at", "in_the_past", "expires_at lies in the past.")
    if expires_at > at + MAX_LIFETIME:
        raise InvalidInputError.on(
            "expires_at", "out_of_range", f"Keep it {MAX_LIFETIME.days} days at most."
        )

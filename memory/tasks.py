from uuid import UUID

from celery import shared_task
from django.core.cache import cache

from console.accounts.actor import system_actor
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from console.tenancy.tenants import every_tenant_id
from memory.actions import begin_screening, expire_memory, screen_stored
from memory.holds import is_held
from memory.models import Memory, State
from memory.rescreening import is_screening_due, unfinished_screening
from memory.retrieval import reembedding
from memory.retrieval.embedding import EmbeddingUnavailableError
from memory.snapshots import sweep

BATCH = 200
# Longer than a batch takes with all its retries.
LEASE = 600


@shared_task
def expire_due() -> None:
    """Wakes a sweep per tenant. Recall already ignores what is due; this records that it ended."""
    for tenant_id in every_tenant_id():
        expire_due_in.delay(tenant_id=str(tenant_id))


@shared_task(acks_late=True)
def expire_due_in(*, tenant_id: str) -> None:
    while _expire_some(UUID(tenant_id)) == BATCH:
        pass


def _expire_some(tenant_id: UUID) -> int:
    with tenant_scope(tenant_id):
        actor = system_actor(tenant_id, "expire_due")
        # One under a legal hold is recalled no more, but its end is not recorded before release.
        due = (
            Memory.objects.filter(~is_held(), state=State.ACTIVE, expires_at__lte=now())
            .order_by("expires_at")
            .select_for_update(skip_locked=True, of=("self",))[:BATCH]
        )
        memories = list(due)
        for memory in memories:
            expire_memory(actor=actor, memory=memory, reason="ttl")
    return len(memories)


@shared_task
def sweep_snapshots() -> None:
    for tenant_id in every_tenant_id():
        sweep_snapshots_in.delay(tenant_id=str(tenant_id))


@shared_task(acks_late=True)
def sweep_snapshots_in(*, tenant_id: str) -> None:
    while sweep.sweep_snapshots(UUID(tenant_id)) == sweep.BATCH:
        pass


@shared_task
def embed_waiting() -> None:
    """Finds what waits to be embedded, after a change of the model and after a lost wake-up."""
    for tenant_id in every_tenant_id():
        if reembedding.waiting_in(tenant_id):
            embed_waiting_in.delay(tenant_id=str(tenant_id))


@shared_task(
    acks_late=True,
    autoretry_for=(EmbeddingUnavailableError,),
    retry_backoff=True,
    max_retries=5,
)
def embed_waiting_in(*, tenant_id: str) -> None:
    """One pass at a time: a second beside it would only ask for the same vectors again."""
    lease = f"embedding/{tenant_id}"
    if not cache.add(lease, 1, timeout=LEASE):
        return
    try:
        for _ in reembedding.embed_waiting(UUID(tenant_id)):
            cache.touch(lease, LEASE)
    finally:
        cache.delete(lease)


@shared_task
def screen_stored_memories() -> None:
    """Wakes a sweep per tenant: rules that changed look at what was stored under the old ones."""
    for tenant_id in every_tenant_id():
        screen_stored_memories_of.delay(tenant_id=str(tenant_id))


@shared_task(acks_late=True)
def screen_stored_memories_of(*, tenant_id: str) -> None:
    while _screen_some(UUID(tenant_id)):
        pass


def _screen_some(tenant_id: UUID) -> bool:
    """One batch in a transaction of its own; whether anything is left."""
    with tenant_scope(tenant_id):
        actor = system_actor(tenant_id, "screen_stored_memories")
        run = unfinished_screening()
        if run is None and is_screening_due():
            run = begin_screening(actor=actor)
        return run is not None and not screen_stored(actor=actor, run=run).is_ended

"""Wake-ups of the sweeps. Each finds itself what is due: a lost or doubled one harms nobody."""

from typing import Any
from uuid import UUID

from celery import Task, shared_task
from django.conf import settings
from django.core.cache import cache

from audit.forgetting import drop_old_days
from console.accounts.actor import system_actor
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from console.tenancy.tenants import every_tenant_id
from memory.actions import begin_screening, breach, remind_of_holds, screen_stored
from memory.desk import note_due_soon, note_overdue
from memory.doubting import raise_doubts_in
from memory.erasure import saga
from memory.keeping import sweeps
from memory.probing import probe, probed_tenant_ids
from memory.rescreening import is_screening_due, unfinished_screening
from memory.retention import sweep as retention
from memory.retrieval import reembedding
from memory.retrieval.embedding import EmbeddingUnavailableError
from memory.retrieval.graph import settle
from memory.review_audit import draw_samples
from memory.reviews.digest import DigestNotSentError, is_time, send_digest
from memory.reviews.presence import forget_looks
from memory.rotation import finish_rotation
from memory.snapshots import sweep
from memory.verifying import verify_if_due

# Longer than a batch takes with all its retries.
LEASE = 600
# Rows that enter the graph in one transaction.
SETTLED = 200


@shared_task
def expire_due() -> None:
    """Recall already ignores what is due; this records that it ended."""
    _wake(expire_due_in)


@shared_task(acks_late=True)
def expire_due_in(*, tenant_id: str) -> None:
    sweeps.expire_due(UUID(tenant_id))


@shared_task
def carry_out_retention() -> None:
    """Deletes what was kept long enough, and asks whether holds are still needed.

    A later run does what a missed one did not.
    """
    dropped = drop_old_days()
    told = {table: [day.isoformat() for day in days] for table, days in dropped.items()}
    for tenant_id in every_tenant_id():
        carry_out_retention_in.delay(tenant_id=str(tenant_id), dropped=told)


@shared_task(acks_late=True)
def carry_out_retention_in(*, tenant_id: str, dropped: dict[str, list[str]]) -> None:
    retention.carry_out(UUID(tenant_id), dropped)
    with tenant_scope(UUID(tenant_id)):
        remind_of_holds(actor=system_actor(UUID(tenant_id), "retention"))


@shared_task
def refresh_recalled() -> None:
    _wake(refresh_recalled_in)


@shared_task(acks_late=True)
def refresh_recalled_in(*, tenant_id: str) -> None:
    sweeps.refresh_recalled(UUID(tenant_id))


@shared_task
def move_tiers() -> None:
    _wake(move_tiers_in)


@shared_task(acks_late=True)
def move_tiers_in(*, tenant_id: str) -> None:
    sweeps.move_tiers(UUID(tenant_id))


@shared_task
def evict_surplus() -> None:
    _wake(evict_surplus_in)


@shared_task(acks_late=True)
def evict_surplus_in(*, tenant_id: str) -> None:
    sweeps.evict_surplus(UUID(tenant_id))


@shared_task
def ask_for_renewals() -> None:
    _wake(ask_for_renewals_in)


@shared_task(acks_late=True)
def ask_for_renewals_in(*, tenant_id: str) -> None:
    sweeps.ask_for_renewals(UUID(tenant_id))


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


@shared_task
def raise_doubts() -> None:
    """What a day may raise is counted in rows, not in wake-ups."""
    _wake(raise_doubts_of)


@shared_task(acks_late=True)
def raise_doubts_of(*, tenant_id: str) -> None:
    raise_doubts_in(UUID(tenant_id))


@shared_task
def finish_rotations() -> None:
    """Ends what a rotation of keys began, and destroys retired keys once that is safe."""
    _wake(finish_rotations_in)


@shared_task(acks_late=True)
def finish_rotations_in(*, tenant_id: str) -> None:
    for _ in finish_rotation(UUID(tenant_id)):
        pass


@shared_task
def watch_reviews() -> None:
    """Tells of each item that has become overdue, once."""
    _wake(watch_reviews_of)


@shared_task(acks_late=True)
def watch_reviews_of(*, tenant_id: str) -> None:
    told = breach.BATCH
    while told == breach.BATCH:
        with tenant_scope(UUID(tenant_id)):
            actor = system_actor(UUID(tenant_id), "watch_reviews")
            told = len(breach.note_breaches(actor=actor).changed)
            forget_looks()


@shared_task
def watch_requests() -> None:
    """Tells of each request of a person that is due within a week, or overdue, once."""
    _wake(watch_requests_of)


@shared_task(acks_late=True)
def watch_requests_of(*, tenant_id: str) -> None:
    with tenant_scope(UUID(tenant_id)):
        actor = system_actor(UUID(tenant_id), "watch_requests")
        note_due_soon(actor=actor)
        note_overdue(actor=actor)


@shared_task
def send_digests() -> None:
    """Once a day to each who asked; a wake-up that was lost is made good by the next."""
    if settings.MAILS and is_time(now()):
        _wake(send_digest_of)


@shared_task(acks_late=True, autoretry_for=(DigestNotSentError,), retry_backoff=True, max_retries=3)
def send_digest_of(*, tenant_id: str) -> None:
    send_digest(UUID(tenant_id))


@shared_task
def audit_reviews() -> None:
    """Draws what people look at to know how well policies and reviewers do."""
    _wake(audit_reviews_of)


@shared_task(acks_late=True)
def audit_reviews_of(*, tenant_id: str) -> None:
    draw_samples(UUID(tenant_id))


@shared_task
def verify_memories() -> None:
    """Once a day, whoever restarts beat meanwhile."""
    _wake(verify_memories_of)


@shared_task(acks_late=True)
def verify_memories_of(*, tenant_id: str) -> None:
    verify_if_due(UUID(tenant_id))


@shared_task
def settle_index() -> None:
    """Old rows of large tenants enter the graph that recall searches."""
    _wake(settle_index_of)


@shared_task(acks_late=True)
def settle_index_of(*, tenant_id: str) -> None:
    moved = SETTLED
    while moved == SETTLED:
        with tenant_scope(UUID(tenant_id)):
            moved = settle(SETTLED)


@shared_task
def carry_out_requests() -> None:
    """Erasures that are approved and due, and those under way."""
    _wake(carry_out_requests_in)


@shared_task(acks_late=True)
def carry_out_requests_in(*, tenant_id: str) -> None:
    with tenant_scope(UUID(tenant_id)):
        waiting = list(saga.under_way())
    for request_id in waiting:
        while saga.advance(request_id, tenant_id=UUID(tenant_id)):
            pass


@shared_task
def probe_tenants() -> None:
    """Looks through the walls between tenants, to see that nothing is seen."""
    for tenant_id in probed_tenant_ids():
        probe_tenant.delay(tenant_id=str(tenant_id))


@shared_task(acks_late=True)
def probe_tenant(*, tenant_id: str) -> None:
    probe(UUID(tenant_id))


def _wake(task: "Task[Any, None]") -> None:
    for tenant_id in every_tenant_id():
        task.delay(tenant_id=str(tenant_id))

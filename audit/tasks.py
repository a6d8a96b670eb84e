from time import monotonic
from uuid import UUID

from celery import shared_task

from audit import run_sweep
from audit.actions.replay_traces import replay_some
from audit.activity import count_days
from audit.completeness import reconcile
from audit.partitions import ensure_partitions
from audit.sign_ins import tell_refused_sign_in
from audit.streams.lag import tell_who_is_behind
from audit.streams.sending import send_due
from console.accounts.actor import system_actor
from console.tenancy.scope import tenant_scope
from console.tenancy.tenants import every_tenant_id

# One wake-up works for so long at most, so that a worker's few threads serve others between.
LONGEST = 60.0


@shared_task
def make_partitions() -> None:
    """Keeps the coming days' partitions made. Ingest makes what a missed beat did not."""
    ensure_partitions()


@shared_task(acks_late=True)
def tell_failed_sign_in(*, user_id: str) -> None:
    """Of a person, or of nobody."""
    tell_refused_sign_in(UUID(user_id))


@shared_task
def reconcile_audit() -> None:
    """Compares changes with events since the last time, in each tenant."""
    for tenant_id in every_tenant_id():
        reconcile_audit_in.delay(tenant_id=str(tenant_id))


@shared_task(acks_late=True)
def reconcile_audit_in(*, tenant_id: str) -> None:
    reconcile(UUID(tenant_id), actor=system_actor(UUID(tenant_id), "reconcile_audit"))


@shared_task
def count_activity() -> None:
    """What agents did on days that are over. A page counts what a missed beat did not."""
    for tenant_id in every_tenant_id():
        count_activity_in.delay(tenant_id=str(tenant_id))


@shared_task(acks_late=True)
def count_activity_in(*, tenant_id: str) -> None:
    with tenant_scope(UUID(tenant_id)):
        count_days()


@shared_task
def give_up_roots() -> None:
    """Closes runs whose root never came. Pages know them without it."""
    for tenant_id in every_tenant_id():
        give_up_roots_in.delay(tenant_id=str(tenant_id))


@shared_task(acks_late=True)
def give_up_roots_in(*, tenant_id: str) -> None:
    """Some at a time, each in a transaction of its own."""
    given_up = 1
    while given_up:
        with tenant_scope(UUID(tenant_id)):
            given_up = run_sweep.give_up_roots()


@shared_task
def send_streams() -> None:
    """Finds what is new, after a lost wake-up and after a receiver that was away."""
    for tenant_id in every_tenant_id():
        send_streams_in.delay(tenant_id=str(tenant_id))


@shared_task(acks_late=True)
def send_streams_in(*, tenant_id: str) -> None:
    """A message of each stream at a time, until none has anything to say."""
    began = monotonic()
    while monotonic() - began < LONGEST and any(not one.error for one in send_due(UUID(tenant_id))):
        pass
    with tenant_scope(UUID(tenant_id)):
        tell_who_is_behind(actor=system_actor(UUID(tenant_id), "send_streams"))


@shared_task
def replay_traces() -> None:
    """Finds replays that go on, after a lost wake-up and after a restart."""
    for tenant_id in every_tenant_id():
        replay_traces_in.delay(tenant_id=str(tenant_id))


@shared_task(acks_late=True)
def replay_traces_in(*, tenant_id: str) -> None:
    """Batch by batch, each in a transaction of its own."""
    began, is_left = monotonic(), True
    while is_left and monotonic() - began < LONGEST:
        with tenant_scope(UUID(tenant_id)):
            actor = system_actor(UUID(tenant_id), "replay_traces")
            is_left = replay_some(actor=actor)
    if is_left:
        replay_traces_in.delay(tenant_id=tenant_id)

"""A log to look at: events made, sequenced, signed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from audit.models import AuditEvent, Checkpoint, LogLeaf
from audit.proof.checkpoints import make_checkpoint
from audit.proof.sequence import lock_log, sequence
from audit.trail import Event, append_events
from console.accounts.actor import system_actor
from console.runtime.postgres import EmbeddedPostgres
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from tests.database import DATABASE


def some_events(tenant: Tenant, count: int, *, kind: str = "session.started") -> None:
    """Committed, in a transaction of their own."""
    with tenant_scope(tenant.id):
        append_events([Event(kind=kind)] * count, actor=system_actor(tenant.id, "test"))


def sequence_all(tenant: Tenant, **options: Any) -> int:
    """As the sequencer does it: batch by batch. How many got their leaf."""
    count, is_more = 0, True
    while is_more:
        with tenant_scope(tenant.id):
            assert lock_log()
            sequenced, is_more, _ = sequence(**options)
        count += sequenced
    return count


def checkpoint_of(tenant: Tenant) -> Checkpoint | None:
    with tenant_scope(tenant.id):
        assert lock_log()
        return make_checkpoint()


def leaves(tenant: Tenant) -> list[LogLeaf]:
    with tenant_scope(tenant.id):
        return list(LogLeaf.objects.order_by("index"))


def events(tenant: Tenant) -> dict[UUID, AuditEvent]:
    with tenant_scope(tenant.id):
        return {event.id: event for event in AuditEvent.objects.all()}


@contextmanager
def behind_the_applications_back(
    postgres: EmbeddedPostgres,
) -> Iterator[psycopg.Connection[Any]]:
    """A superuser, whom no trigger stops."""
    with psycopg.connect(postgres.dsn(), dbname=DATABASE) as superuser:
        superuser.execute("SET session_replication_role = replica")
        yield superuser


def own_connection(act: Callable[[], object]) -> object:
    """For a thread."""
    try:
        return act()
    finally:
        connection.close()

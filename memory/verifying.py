"""Checking a tenant's memories against their seals, once a day by itself or when somebody asks."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from audit.models import AuditEvent
from console.accounts.actor import system_actor
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.actions import record_verification
from memory.verification import Report, check_memories

EVERY = timedelta(days=1)


def verify(tenant_id: UUID, *, by: str, progress: Callable[[int], None]) -> Report:
    """Checks all, and puts on record that it was done and how many do not hold."""
    report = check_memories(tenant_id, progress)
    with tenant_scope(tenant_id):
        record_verification(actor=system_actor(tenant_id, by), report=report)
    return report


def verify_if_due(tenant_id: UUID) -> Report | None:
    with tenant_scope(tenant_id):
        checks = AuditEvent.objects.filter(kind="memory.verified", recorded_at__gt=now() - EVERY)
        if checks.exists():
            return None
    return verify(tenant_id, by="verify_memories", progress=lambda _: None)

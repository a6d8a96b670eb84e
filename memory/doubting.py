"""The daily sweep that asks people about memories by what came of using them."""

from uuid import UUID

from console.accounts.actor import system_actor
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.actions import raise_doubts
from memory.usefulness import doubts


def raise_doubts_in(tenant_id: UUID) -> int:
    """How many reviews were opened. A second sweep on one day opens what the day has left."""
    with tenant_scope(tenant_id):
        actor = system_actor(tenant_id, "raise_doubts")
        return len(raise_doubts(actor=actor, doubts=doubts(at=now())).changed)

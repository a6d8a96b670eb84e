"""The sweep that draws automatic approvals and decided reviews for another look."""

from uuid import UUID

from console.accounts.actor import system_actor
from console.tenancy.scope import tenant_scope
from memory.actions import ask_second_opinions, sample_approvals
from memory.models import ReviewQueue


def draw_samples(tenant_id: UUID) -> int:
    """How many were drawn. The same ones are never drawn twice."""
    drawn = 0
    with tenant_scope(tenant_id):
        actor = system_actor(tenant_id, "audit_reviews")
        for queue in ReviewQueue.objects.filter(sampled_share__gt=0):
            drawn += len(sample_approvals(actor=actor, queue=queue).changed)
        for queue in ReviewQueue.objects.filter(double_blind_share__gt=0):
            drawn += len(ask_second_opinions(actor=actor, queue=queue).changed)
    return drawn

"""Writes that did not take effect as they were sent, as the audit trail tells them."""

from django.db.models import QuerySet

from audit.models import AuditEvent, Outcome
from memory.models import State

# Codes of refusals that stopped a write for what it said or for who sent it. What was only badly
# formed is no such thing.
BLOCKING = (
    "rejected_by_policy",
    "subject_erased",
    "signature_required",
    "signature_malformed",
    "signature_invalid",
    "signature_replayed",
    "signature_stale",
    "signature_wrong_tenant",
    "signature_wrong_agent",
    "signature_unknown_key",
    "signature_key_expired",
    "signature_key_revoked",
    "signature_downgraded",
)


def blocked(events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    """Refused: nothing of it is kept."""
    return events.filter(outcome=Outcome.REFUSED, reason__in=BLOCKING)


def quarantined(events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    """Kept from agents when it was written, or later."""
    return events.filter(payload__state=State.QUARANTINED)

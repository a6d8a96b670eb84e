"""Events on their way out, put down in the transaction that does what they tell of.

Whoever lets it commit lets them commit, and nobody else: no event of what did not happen, and
none lost of what did. The sender is only woken after.
"""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.db import transaction
from psycopg import Cursor

from console.tenancy.rows import execute, insert_rows
from console.tenancy.scope import current_tenant_id
from console.webhooks.models import OutgoingEvent

# A paused endpoint collects. Two statements and no answer: this may stand inside one_round_trip().
DELIVER = """
INSERT INTO webhooks_webhookdelivery
  (tenant_id, id, endpoint_id, event_id, created_at, attempts, next_attempt_at, last_error)
SELECT e.tenant_id, uuidv7(), p.id, e.id, e.at, 0, e.at, ''
FROM webhooks_outgoingevent e
JOIN webhooks_webhookendpoint p ON p.tenant_id = e.tenant_id
  AND p.disabled_why IN ('', 'paused') AND e.kind = ANY(p.kinds)
  AND (p.agent_id IS NULL OR p.agent_id = e.agent_id)
WHERE e.tenant_id = %s AND e.id = ANY(%s::uuid[])
"""


def announce(events: Sequence[OutgoingEvent]) -> None:
    """Tells all who listen, once the transaction at hand commits."""
    if not events:
        return
    insert_rows(events)
    due = execute(DELIVER, [current_tenant_id(), [event.id for event in events]])
    wake_on_commit(due)


def wake_on_commit(due: Cursor | None = None) -> None:
    """Wakes the sender; where `due` is what was put down, only if anybody listens."""
    # Robust: a lost broker undoes nothing, and the sweep finds what is due.
    transaction.on_commit(partial(_wake, current_tenant_id(), due), robust=True)


def _wake(tenant_id: UUID, due: Cursor | None) -> None:
    if due is not None and not due.rowcount:
        return
    # The tasks know the sender, and the sender this.
    from console.webhooks.tasks import deliver_due_in  # noqa: PLC0415

    deliver_due_in.delay(tenant_id=str(tenant_id))

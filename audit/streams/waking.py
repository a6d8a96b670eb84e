from functools import partial
from uuid import UUID

from django.db import transaction

from console.tenancy.scope import current_tenant_id


def wake_on_commit() -> None:
    """Wakes the sender of the tenant at hand."""
    # Robust: a lost broker undoes nothing, and the sweep finds what is due.
    transaction.on_commit(partial(_wake, current_tenant_id()), robust=True)


def _wake(tenant_id: UUID) -> None:
    # The tasks know the senders and the actions, and both know this.
    from audit.tasks import send_streams_in  # noqa: PLC0415

    send_streams_in.delay(tenant_id=str(tenant_id))

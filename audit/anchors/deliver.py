from functools import partial
from uuid import UUID

from django.db import transaction

from audit.anchors.file import deliver_to_file
from audit.models import AuditStream
from console.tenancy.scope import tenant_scope


def deliver_new(tenant_id: UUID) -> int:
    """Puts new checkpoints into the file and wakes the streams; how many the file took.

    Nothing here waits for the network: a slow receiver must not hold up the log.
    """
    taken = deliver_to_file(tenant_id)
    with tenant_scope(tenant_id):
        if AuditStream.objects.filter(paused_at=None).exists():
            # Robust: where the broker is lost a sweep finds what is due.
            transaction.on_commit(partial(_wake, tenant_id), robust=True)
    return taken


def _wake(tenant_id: UUID) -> None:
    # The tasks know the senders, and this is known to the sequencer alone.
    from audit.tasks import send_streams_in  # noqa: PLC0415

    send_streams_in.delay(tenant_id=str(tenant_id))

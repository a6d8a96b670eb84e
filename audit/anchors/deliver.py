from uuid import UUID

from audit.anchors.file import deliver_to_file
from audit.models import AuditStream
from audit.streams.waking import wake_on_commit
from console.tenancy.scope import tenant_scope


def deliver_new(tenant_id: UUID) -> int:
    """Puts new checkpoints into the file and wakes the streams; how many the file took.

    Nothing here waits for the network: a slow receiver must not hold up the log.
    """
    taken = deliver_to_file(tenant_id)
    with tenant_scope(tenant_id):
        if AuditStream.objects.filter(paused_at=None).exists():
            wake_on_commit()
    return taken

from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedManager
from console.tenancy.scope import current_tenant_id


class Checkpoint(models.Model):
    """What a tenant's log was at one moment, signed. Append-only.

    `note` is the evidence, a C2SP signed note (https://c2sp.org/tlog-checkpoint); the columns say
    what it says.
    """

    pk = models.CompositePrimaryKey("tenant_id", "number")
    tenant_id = models.UUIDField(default=current_tenant_id, editable=False)
    number = models.BigIntegerField()  # from 1, without gaps
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    made_at = models.DateTimeField(default=now, editable=False)

    objects = ScopedManager["Checkpoint"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "size"], name="checkpoint_per_size")
        ]
        indexes = [models.Index(fields=["tenant_id", "-made_at"], name="checkpoint_made")]

from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedModel


class LogLeaf(ScopedModel):
    """An event's place in its tenant's log. Its id is the event's; append-only.

    No foreign key: the log must still tell of an event whose row is gone.
    """

    index = models.BigIntegerField()  # from 0, without gaps
    leaf_hash = models.BinaryField(max_length=32)
    sequenced_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant_id", "index"], name="leaf_index")]

from django.db import models

from audit.models.stream import MAX_NAME
from console.platform.clock import now
from console.tenancy.models import ScopedModel

MAX_RECEIPT = 20_000


class Anchor(ScopedModel):
    """A checkpoint was taken by somebody outside the database. Append-only.

    It outlives the stream that sent it, so `sink` keeps its name. `receipt` is a
    timestamp token (RFC 3161, DER), evidence by itself; what others answer is not, nor is it kept.
    """

    checkpoint = models.BigIntegerField()
    stream_id = models.UUIDField()  # or THE_FILE
    sink = models.CharField(max_length=MAX_NAME)
    accepted_at = models.DateTimeField(default=now, editable=False)
    receipt = models.BinaryField(max_length=MAX_RECEIPT, default=bytes)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "stream_id", "checkpoint"], name="anchored_once_by_each"
            )
        ]
        indexes = [models.Index(fields=["tenant_id", "-checkpoint"], name="anchor_newest")]

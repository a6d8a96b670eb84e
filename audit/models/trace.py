from django.db import models

from console.tenancy.models import ScopedManager
from console.tenancy.scope import current_tenant_id


class StitchedBy(models.IntegerChoices):
    """What makes traces one run, the stronger the higher."""

    TRACE = 0
    SESSION = 1
    CONVERSATION = 2


class Trace(models.Model):
    """Which run a trace belongs to.

    Children arrive before the root that names the conversation, so a trace moves to another run
    when a stronger key turns up.
    """

    pk = models.CompositePrimaryKey("tenant_id", "trace_id")
    tenant_id = models.UUIDField(default=current_tenant_id, editable=False)
    trace_id = models.BinaryField(max_length=16)
    run_id = models.UUIDField()
    stitched_by = models.SmallIntegerField(choices=StitchedBy)
    has_root = models.BooleanField()
    subject_id = models.UUIDField(null=True)  # whom its spans are about, once one has named them

    objects = ScopedManager["Trace"]()

    class Meta:
        indexes = [models.Index(fields=["tenant_id", "run_id"], name="trace_of_run")]

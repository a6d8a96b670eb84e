from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from console.tenancy.models import ScopedManager
from console.tenancy.scope import current_tenant_id


class RowChange(models.Model):
    """That a governed row was changed in a transaction, put down by the database itself.

    Written by the triggers of `audit.operations.GovernByAudit` and by nobody else. Holds no
    contents. `row_id` of the table `source` belongs to the object (`object_kind`, `object_id`);
    an event of the same `xid` names that, or the row, or one of `also`. One that `follows` the
    object's own row needs no look of its own: what tells of that row tells of it.
    """

    pk = models.CompositePrimaryKey("tenant_id", "xid", "row_id", "source", "operation")
    tenant_id = models.UUIDField(default=current_tenant_id, editable=False)
    xid = models.BigIntegerField()
    source = models.TextField()
    row_id = models.UUIDField()
    operation = models.CharField(max_length=1)  # I, U or D
    object_kind = models.TextField()
    object_id = models.UUIDField(null=True)
    also = ArrayField(models.UUIDField(null=True), null=True)
    follows = models.BooleanField()
    at = models.DateTimeField(db_default=Now())

    objects = ScopedManager["RowChange"]()

from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedModel


class Reconciliation(ScopedModel):
    """What a comparison of changed rows with events found. Append-only.

    It looked at transactions from `from_xid` up to and without `through_xid`, where the next one
    goes on. `findings` are the first of what did not match, as `audit.completeness.comparing`
    tells them; the counts are of all. Never content.
    """

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(default=now, editable=False)
    is_full = models.BooleanField(default=False)
    from_xid = models.BigIntegerField()
    through_xid = models.BigIntegerField()
    rows = models.PositiveBigIntegerField()
    events = models.PositiveBigIntegerField()
    untold = models.PositiveIntegerField()  # rows that changed, and no event tells of it
    unmatched = models.PositiveIntegerField()  # events that tell of a change nobody made
    doubled = models.PositiveIntegerField()  # changes of which more than one event tells
    findings = models.JSONField(default=list)

    audit_kind = "reconciliation"

    class Meta:
        indexes = [models.Index(fields=["tenant_id", "-id"], name="reconciliation_newest")]

    @property
    def orphans(self) -> int:
        return self.untold + self.unmatched + self.doubled

from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedModel


class ScreeningRun(ScopedModel):
    """Screening anew what is stored: how far it came, so that it goes on where it was ended.

    It looks at memories in the order of their ids, from `after_id` to `until_id`; `rules` is the
    digest of what screened (`memory.screening.rules`).
    """

    rules = models.BinaryField(max_length=32)
    # Set where only what was written since is looked at.
    since = models.DateTimeField(null=True)
    after_id = models.UUIDField()
    until_id = models.UUIDField()
    total = models.PositiveIntegerField()
    looked_at = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    reviews = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(default=now, editable=False)
    ended_at = models.DateTimeField(null=True)

    audit_kind = "screening_run"

    class Meta:
        indexes = [models.Index(fields=["tenant_id", "-id"], name="screening_run_newest")]

    @property
    def is_ended(self) -> bool:
        return self.ended_at is not None

from django.db import models

from console.accounts.models import User
from console.platform.clock import now
from console.tenancy.models import ScopedModel


class DigestSubscription(ScopedModel):
    """A member who wants the daily e-mail on what waits for review."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    subscribed_at = models.DateTimeField(default=now, editable=False)
    # The day, in UTC, whose digest was sent last: a second wake-up sends nothing again.
    sent_on = models.DateField(null=True)

    audit_kind = "digest_subscription"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "user"], name="one_digest_of_a_member")
        ]

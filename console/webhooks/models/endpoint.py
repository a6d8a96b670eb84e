from django.contrib.postgres.fields import ArrayField
from django.db import models
from typing_extensions import override

from console.accounts.models import Agent, User
from console.platform.clock import now
from console.tenancy.models import ScopedModel

MAX_URL = 500
MAX_DESCRIPTION = 200


class DisabledWhy(models.TextChoices):
    PAUSED = "paused", "Paused by a person"
    GONE = "gone", "It answered 410: it is gone"
    FAILING = "failing", "It has failed for five days"


class WebhookEndpoint(ScopedModel):
    """An address that wants to hear of decisions, of one agent or of all.

    A paused one collects what it is to be sent on resuming; one that was disabled because nobody
    answers there is sent nothing of what happens meanwhile.
    """

    url = models.CharField(max_length=MAX_URL)
    description = models.CharField(max_length=MAX_DESCRIPTION, blank=True)
    agent_id = models.UUIDField(null=True)
    agent = models.ForeignObject(
        Agent,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "agent_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
        null=True,
    )
    kinds = ArrayField(models.CharField(max_length=40))
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    disabled_at = models.DateTimeField(null=True)
    disabled_why = models.CharField(max_length=10, choices=DisabledWhy, blank=True)

    audit_kind = "webhook"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(disabled_at__isnull=True) ^ ~models.Q(disabled_why=""),
                name="webhook_is_disabled_for_a_reason",
            )
        ]

    @override
    def __str__(self) -> str:
        return self.url

    @property
    def is_enabled(self) -> bool:
        return self.disabled_at is None

    @property
    def is_paused(self) -> bool:
        return self.disabled_why == DisabledWhy.PAUSED

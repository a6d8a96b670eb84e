from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from console.accounts.models import Agent, Subject
from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel
from memory.models.memory import Memory


class HoldScope(models.TextChoices):
    """What a hold is over: docs/legal-holds.md tells what each keeps."""

    MEMORY = "memory", "One memory"
    SUBJECT = "subject", "All about a subject"
    RUN = "run", "One run"
    AGENT = "agent", "All of an agent"
    PERIOD = "period", "All of a period"


class LegalHold(ScopedModel):
    """Why nothing within a scope may end or be removed.

    While it stands the database itself refuses, whoever asks. A release ends it and stays beside
    it; to change its ground or its review date, place another and release this one. A period ends
    before `until`, or never.
    """

    scope = models.CharField(max_length=10, choices=HoldScope)
    memory_id = models.UUIDField(null=True)
    memory = models.ForeignObject(
        Memory,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "memory_id"),
        to_fields=("tenant_id", "id"),
        related_name="holds",
        null=True,
    )
    subject_id = models.UUIDField(null=True)
    subject = models.ForeignObject(
        Subject,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "subject_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
        null=True,
    )
    run_id = models.UUIDField(null=True)
    agent_id = models.UUIDField(null=True)
    agent = models.ForeignObject(
        Agent,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "agent_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
        null=True,
    )
    # What spans call the agent. Kept here: renaming an agent must not let go of its runs.
    agent_name = models.CharField(max_length=200, blank=True)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    ground = models.CharField(max_length=500)
    # When somebody should ask whether it is still needed. Nothing ends it by itself.
    review_at = models.DateTimeField(null=True)
    # With two, one asks for the release and another gives it.
    release_people = models.PositiveSmallIntegerField(default=1)
    placed_at = models.DateTimeField(default=now, editable=False)
    placed_by_kind = models.CharField(max_length=10)
    placed_by_id = models.UUIDField()
    placed_by_label = models.CharField(max_length=200)
    release_asked_at = models.DateTimeField(null=True)
    release_asked_by_id = models.UUIDField(null=True)
    release_asked_by_label = models.CharField(max_length=200, blank=True)
    released_at = models.DateTimeField(null=True)
    released_by_kind = models.CharField(max_length=10, blank=True)
    released_by_id = models.UUIDField(null=True)
    released_by_label = models.CharField(max_length=200, blank=True)
    release_reason = models.CharField(max_length=500, blank=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    audit_kind = "hold"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="memory", memory_id__isnull=False)
                | Q(scope="subject", subject_id__isnull=False)
                | Q(scope="run", run_id__isnull=False)
                | Q(scope="agent", agent_id__isnull=False, agent_name__gt="")
                | Q(scope="period", since__isnull=False),
                name="hold_names_its_scope",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")),
                name="hold_period_has_a_length",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | ~Q(release_reason=""),
                name="hold_is_released_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True)
                | Q(release_people=1)
                | (
                    Q(release_asked_by_id__isnull=False)
                    & ~Q(release_asked_by_id=F("released_by_id"))
                ),
                name="hold_is_released_by_two",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "scope"],
                name="hold_standing",
                condition=Q(released_at__isnull=True),
            ),
            models.Index(fields=["tenant_id", "-id"], name="hold_newest"),
        ]

    @property
    def stands(self) -> bool:
        return self.released_at is None

    @property
    def is_due(self) -> bool:
        """Whether somebody should ask if it is still needed."""
        return self.stands and self.review_at is not None and self.review_at <= now()

    @property
    def awaits_second(self) -> bool:
        """Whether somebody has asked for its release, and another has yet to give it."""
        return self.stands and self.release_asked_at is not None

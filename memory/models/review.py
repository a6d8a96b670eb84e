from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef

from console.accounts.models import Agent, Subject
from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel
from memory.models.memory import Memory


class ReviewKind(models.TextChoices):
    NEW = "new"
    REVISION = "revision"
    CONTRADICTION = "contradiction"
    QUARANTINE = "quarantine"
    SCREENED_ANEW = "screened_anew"
    DOUBT = "doubt"  # what it was made from no longer holds
    RENEWAL = "renewal"  # it ends soon, and is used or important
    # About one in force, by what came of using it (`memory.usefulness`).
    HARMFUL = "harmful"
    UNUSED = "unused"
    # Let in by the policy alone, and drawn for a person to look at.
    SAMPLE = "sample"


# Nothing waits for these: approving one keeps what is in force by then.
ABOUT_IN_FORCE = frozenset(
    {
        ReviewKind.DOUBT,
        ReviewKind.RENEWAL,
        ReviewKind.HARMFUL,
        ReviewKind.UNUSED,
        ReviewKind.SAMPLE,
    }
)


class ReviewStatus(models.TextChoices):
    OPEN = "open"
    APPROVED = "approved"
    EDITED = "edited"
    REJECTED = "rejected"
    EXPIRED = "expired"
    DELETED = "deleted"
    MERGED = "merged"
    RESTORED = "restored"
    WITHDRAWN = "withdrawn"  # what raised the question was undone


class DecisionOutcome(models.TextChoices):
    """What one person decided. The review is closed by it, or waits for another, or goes on."""

    APPROVED = "approved"
    EDITED = "edited"
    REJECTED = "rejected"
    EXPIRED = "expired"
    DELETED = "deleted"
    MERGED = "merged"
    RESTORED = "restored"
    QUARANTINED = "quarantined"
    UNDONE = "undone"


class ReviewItem(ScopedModel):
    """A write that waits for a person: version `version` of `memory`, and why it was held.

    The decision is bound to `content_digest`: what was looked at is what takes effect. A reviewer's
    own text takes the place of `first_version`, as proposed.
    """

    memory_id = models.UUIDField()
    memory = models.ForeignObject(
        Memory,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "memory_id"),
        to_fields=("tenant_id", "id"),
        related_name="reviews",
    )
    version = models.PositiveIntegerField()
    first_version = models.PositiveIntegerField(null=True)
    kind = models.CharField(max_length=20, choices=ReviewKind)
    # As what it was opened, where a person put it into quarantine since.
    first_kind = models.CharField(max_length=20, choices=ReviewKind, blank=True)
    status = models.CharField(max_length=20, choices=ReviewStatus, default=ReviewStatus.OPEN)
    reasons = models.JSONField(default=list)
    risk = models.FloatField(default=0)
    # Who looks at it, and how soon, as the policy said; people who must agree, each another one.
    queue = models.CharField(max_length=60, blank=True)
    priority = models.PositiveSmallIntegerField(default=1)
    approvals_needed = models.PositiveSmallIntegerField(default=1)
    contradicts_id = models.UUIDField(null=True)
    content_digest = models.BinaryField(max_length=32)
    agent_id = models.UUIDField(null=True)
    agent = models.ForeignObject(
        Agent,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "agent_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
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
    opened_at = models.DateTimeField(default=now, editable=False)
    closed_at = models.DateTimeField(null=True)
    # Both told on opening (`memory.reviews.opening`): when its queue wants it decided, and how
    # many of the same agent waited then already (`memory.reviews.order`).
    due_at = models.DateTimeField()
    ahead = models.PositiveIntegerField(default=0)
    breached_at = models.DateTimeField(null=True)  # when it was first found past `due_at`
    # A lease: past `claimed_until` nobody has it, whatever the rest says.
    claimed_by_id = models.UUIDField(null=True)
    claimed_by_label = models.CharField(max_length=200, blank=True)
    claimed_until = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    escalated_by_id = models.UUIDField(null=True)
    escalated_by_label = models.CharField(max_length=200, blank=True)
    escalation_note = models.CharField(max_length=500, blank=True)

    audit_kind = "review"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "memory_id", "version", "kind"],
                condition=models.Q(status="open"),
                name="one_open_review_of_a_kind",
            )
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "status", "-priority", "-risk", "id"], name="review_order"
            ),
            models.Index(fields=["tenant_id", "agent_id", "status"], name="review_agent"),
            models.Index(fields=["tenant_id", "memory_id", "-id"], name="review_of_memory"),
            models.Index(
                fields=["tenant_id", "subject_id", "-id"],
                name="review_subject",
                condition=models.Q(subject_id__isnull=False),
            ),
            models.Index(
                fields=["tenant_id", "contradicts_id"],
                name="review_contradicts",
                condition=models.Q(contradicts_id__isnull=False),
            ),
            models.Index(
                fields=["tenant_id", "due_at"],
                name="review_due",
                condition=models.Q(status="open", breached_at__isnull=True),
            ),
            models.Index(
                fields=["tenant_id", "claimed_by_id"],
                name="review_claim",
                condition=models.Q(status="open", claimed_by_id__isnull=False),
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.status == ReviewStatus.OPEN

    @property
    def is_claimed(self) -> bool:
        return self.claimed_until is not None and self.claimed_until > now()

    @property
    def opened_as(self) -> str:
        return self.first_kind or self.kind

    @property
    def is_about_in_force(self) -> bool:
        return self.kind in ABOUT_IN_FORCE


class DecisionQuerySet(models.QuerySet["ReviewDecision"]):
    def standing(self) -> Self:
        """Without those undone, and without the undoing."""
        undone = ReviewDecision.objects.filter(undoes_id=OuterRef("id"))
        return self.filter(~Exists(undone), undoes_id__isnull=True)


class ReviewDecision(ScopedModel):
    """Who decided a review, when, how and why. Append-only: to undo one is to add one.

    `batch_id` is shared by those that were decided at once.
    """

    review_id = models.UUIDField()
    review = models.ForeignObject(
        ReviewItem,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "review_id"),
        to_fields=("tenant_id", "id"),
        related_name="decisions",
    )
    outcome = models.CharField(max_length=20, choices=DecisionOutcome)
    reason = models.CharField(max_length=60)
    comment = models.CharField(max_length=2000, blank=True)
    content_digest = models.BinaryField(max_length=32)
    undoes_id = models.UUIDField(null=True)
    batch_id = models.UUIDField(null=True)
    decided_by_kind = models.CharField(max_length=10)
    decided_by_id = models.UUIDField()
    decided_by_label = models.CharField(max_length=200)
    decided_at = models.DateTimeField(default=now, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(DecisionQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome="undone") ^ models.Q(undoes_id__isnull=True),
                name="only_an_undo_undoes",
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "undoes_id"],
                condition=models.Q(undoes_id__isnull=False),
                name="a_decision_is_undone_once",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "review_id"], name="decision_review"),
            models.Index(
                fields=["tenant_id", "batch_id"],
                name="decision_batch",
                condition=models.Q(batch_id__isnull=False),
            ),
        ]


class DecisionEffect(ScopedModel):
    """What a decision changed, as it was before, so that it can be undone. Append-only.

    `id` is the decision's. `review` are its columns, `memories` those of each memory by its id
    (`memory.reviews.journal`); `closed` and `opened` are other reviews. Never content.
    """

    review = models.JSONField()
    memories = models.JSONField(default=dict)
    closed = ArrayField(models.UUIDField(), default=list)
    opened = ArrayField(models.UUIDField(), default=list)

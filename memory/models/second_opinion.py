from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedModel
from memory.models.review import ReviewItem, ReviewStatus


class Verdict(models.TextChoices):
    """What a decision comes to, whichever way it was put."""

    LETS_IN = "lets_in", "Let it in"
    KEEPS_OUT = "keeps_out", "Keep it out"


VERDICT_OF: dict[str, Verdict] = {
    ReviewStatus.APPROVED: Verdict.LETS_IN,
    ReviewStatus.EDITED: Verdict.LETS_IN,
    ReviewStatus.RESTORED: Verdict.LETS_IN,
    ReviewStatus.MERGED: Verdict.LETS_IN,
    ReviewStatus.REJECTED: Verdict.KEEPS_OUT,
    ReviewStatus.EXPIRED: Verdict.KEEPS_OUT,
    ReviewStatus.DELETED: Verdict.KEEPS_OUT,
}


class Purpose(models.TextChoices):
    """Whether it is measured against somebody else's answer, or against one known to be right."""

    DOUBLE_BLIND = "double_blind"
    GOLD = "gold"


class GoldItem(ScopedModel):
    """A decided review whose right answer is agreed upon, to measure reviewers by."""

    review_id = models.UUIDField()
    review = models.ForeignObject(
        ReviewItem,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "review_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
    )
    verdict = models.CharField(max_length=20, choices=Verdict)
    set_by_id = models.UUIDField()
    set_by_label = models.CharField(max_length=200)
    set_at = models.DateTimeField(default=now, editable=False)
    withdrawn_at = models.DateTimeField(null=True)

    audit_kind = "gold_item"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "review_id"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="one_right_answer_of_a_review",
            )
        ]


class SecondOpinion(ScopedModel):
    """A decided review put before another person, who is not told what was decided.

    Nothing comes of the answer but a figure, and a doubt where two people disagree. `expected` is
    the answer it is measured against, noted with it. `person_id` is whom it is for; of a
    double-blind one, nobody until somebody answers.
    """

    review_id = models.UUIDField()
    review = models.ForeignObject(
        ReviewItem,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "review_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
    )
    purpose = models.CharField(max_length=20, choices=Purpose)
    asked_at = models.DateTimeField(default=now, editable=False)
    person_id = models.UUIDField(null=True)
    person_label = models.CharField(max_length=200, blank=True)
    verdict = models.CharField(max_length=20, choices=Verdict, blank=True)
    expected = models.CharField(max_length=20, choices=Verdict, blank=True)
    comment = models.CharField(max_length=2000, blank=True)
    answered_at = models.DateTimeField(null=True)

    audit_kind = "opinion"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "review_id"],
                condition=models.Q(purpose="double_blind"),
                name="one_double_blind_opinion",
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "person_id"],
                condition=models.Q(purpose="gold", answered_at__isnull=True),
                name="one_gold_item_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True, verdict="", expected="")
                | models.Q(answered_at__isnull=False, person_id__isnull=False)
                & ~models.Q(verdict="")
                & ~models.Q(expected=""),
                name="an_answer_has_a_verdict",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "asked_at"],
                name="opinion_waiting",
                condition=models.Q(answered_at__isnull=True),
            ),
            models.Index(
                fields=["tenant_id", "answered_at"],
                name="opinion_given",
                condition=models.Q(answered_at__isnull=False),
            ),
        ]

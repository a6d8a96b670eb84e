import secrets
from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.lookups import IsNull

from console.accounts.models import Subject
from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel


class RequestKind(models.TextChoices):
    ERASURE = "erasure"
    ACCESS = "access"
    RECTIFICATION = "rectification"
    RESTRICTION = "restriction"


class RequestStatus(models.TextChoices):
    """Which follows which, and by whom: `memory.desk.statuses`."""

    RECEIVED = "received"
    AWAITING_IDENTITY = "awaiting_identity"
    READY = "ready"
    APPROVED = "approved"
    CARRYING_OUT = "carrying_out"
    COMPLETED = "completed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"


class Law(models.TextChoices):
    """By whose clock it is answered: `memory.desk.clocks`."""

    GDPR = "gdpr", "GDPR"
    CCPA = "ccpa", "CCPA"


class CameBy(models.TextChoices):
    CONSOLE = "console"
    API = "api", "API"
    FORM = "form"


class Ground(models.TextChoices):
    """Why it is not done (GDPR, Articles 12(4) and (5), 17(3) (a) to (e), 15(4))."""

    NOT_THEM = "not_them", "We could not tell that it is them (12(6))"
    NOTHING_HELD = "nothing_held", "Nothing is held about them"
    UNFOUNDED = "unfounded", "It is manifestly unfounded (12(5))"
    EXCESSIVE = "excessive", "It is excessive, in particular repeated (12(5))"
    EXPRESSION = "expression", "Freedom of expression and information (17(3)(a))"
    LEGAL_OBLIGATION = "legal_obligation", "A law obliges us to keep it (17(3)(b))"
    PUBLIC_HEALTH = "public_health", "Public health (17(3)(c))"
    ARCHIVING = "archiving", "Archiving, research or statistics (17(3)(d))"
    LEGAL_CLAIMS = "legal_claims", "Legal claims (17(3)(e))"
    OTHERS_RIGHTS = "others_rights", "It would harm the rights of others (15(4))"
    OTHER = "other", "Another ground, told in words"


OPEN_REQUESTS = frozenset(
    {
        RequestStatus.RECEIVED,
        RequestStatus.AWAITING_IDENTITY,
        RequestStatus.READY,
        RequestStatus.APPROVED,
        RequestStatus.CARRYING_OUT,
    }
)
# Without letters that are taken for digits when read out (Crockford's base 32).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
AGREED = ("ready", "approved", "carrying_out", "completed")  # whom it is about is settled
APPROVED = AGREED[1:]
OPEN = sorted(OPEN_REQUESTS)
# Where among those who prepared it the one stands who approved it.
_PREPARED = Func(
    F("prepared_by"),
    F("approved_by_id"),
    function="array_position",
    output_field=models.IntegerField(),
)


class SubjectRequest(ScopedModel):
    """What a person asked about what is held about them, and what came of it.

    The database holds to the order of its statuses, to the second person, and to what was said:
    words change only by being blanked once it is closed (`memory.desk.words`).

    `subject_id` is empty until somebody told whom it is about; `alias_ids` are other subjects
    that are the same person. `prepared_by` names everybody whose hands it has passed through, none
    of whom may approve it; `person_id` the member who asks about themself, who may neither.
    `outcome` counts what was done.
    """

    reference = models.CharField(max_length=20)
    kind = models.CharField(max_length=20, choices=RequestKind)
    lifts = models.BooleanField(default=False)  # of a restriction: asks that it end
    status = models.CharField(max_length=20, choices=RequestStatus, default=RequestStatus.RECEIVED)
    law = models.CharField(max_length=10, choices=Law, default=Law.GDPR)
    came_by = models.CharField(max_length=10, choices=CameBy, default=CameBy.CONSOLE)

    subject_id = models.UUIDField(null=True)
    subject = models.ForeignObject(
        Subject,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "subject_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
        null=True,
    )
    alias_ids = ArrayField(models.UUIDField(), default=list)
    person_id = models.UUIDField(null=True)
    prepared_by = ArrayField(models.UUIDField(), default=list)

    # In the words of whoever asked, or of who took it in.
    named = models.CharField(max_length=200, blank=True)
    also_named = ArrayField(models.CharField(max_length=200), default=list)
    asked_by = models.CharField(max_length=200, blank=True)
    contact = models.CharField(max_length=254, blank=True)
    wish = models.CharField(max_length=2000, blank=True)
    identity_check = models.CharField(max_length=500, blank=True)

    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    confirm_by = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    extended_at = models.DateTimeField(null=True)
    extension_reason = models.CharField(max_length=500, blank=True)

    taken_in_at = models.DateTimeField(default=now, editable=False)
    taken_in_by_kind = models.CharField(max_length=10)
    taken_in_by_id = models.UUIDField()
    taken_in_by_label = models.CharField(max_length=200)
    identified_at = models.DateTimeField(null=True)
    identified_by_kind = models.CharField(max_length=10, blank=True)
    identified_by_id = models.UUIDField(null=True)
    identified_by_label = models.CharField(max_length=200, blank=True)
    approved_at = models.DateTimeField(null=True)
    approved_by_kind = models.CharField(max_length=10, blank=True)
    approved_by_id = models.UUIDField(null=True)
    approved_by_label = models.CharField(max_length=200, blank=True)
    carry_out_after = models.DateTimeField(null=True)
    waiting_for = models.CharField(max_length=500, blank=True)
    started_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by_kind = models.CharField(max_length=10, blank=True)
    closed_by_id = models.UUIDField(null=True)
    closed_by_label = models.CharField(max_length=200, blank=True)
    ground = models.CharField(max_length=30, choices=Ground, blank=True)
    close_reason = models.CharField(max_length=1000, blank=True)
    duplicate_of_id = models.UUIDField(null=True)
    outcome = models.JSONField(default=dict)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    audit_kind = "subject_request"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "reference"], name="one_reference_of_a_request"
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "subject_id", "kind"],
                condition=Q(status__in=["ready", "approved", "carrying_out"]),
                name="one_request_of_a_kind_goes_ahead",
            ),
            models.CheckConstraint(
                condition=Q(approved_by_id__isnull=True)
                | (
                    Q(approved_by_kind="user")
                    & ~Q(approved_by_id=F("taken_in_by_id"))
                    & (Q(identified_by_id__isnull=True) | ~Q(approved_by_id=F("identified_by_id")))
                    & (Q(person_id__isnull=True) | ~Q(approved_by_id=F("person_id")))
                    & Q(IsNull(_PREPARED, True))
                ),
                name="request_is_approved_by_another_person",
            ),
            models.CheckConstraint(
                condition=Q(lifts=False) | Q(kind="restriction"),
                name="only_a_restriction_is_lifted",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=AGREED)
                | Q(subject_id__isnull=False, identified_at__isnull=False),
                name="request_is_about_somebody_known",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=APPROVED)
                | Q(approved_by_id__isnull=False, carry_out_after__isnull=False),
                name="request_is_approved_before_it_is_carried_out",
            ),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True) | Q(started_at__gte=F("carry_out_after")),
                name="request_cools_off_before_it_is_carried_out",
            ),
            models.CheckConstraint(
                condition=Q(status__in=OPEN, closed_at__isnull=True)
                | Q(
                    status__in=["completed", "refused", "withdrawn", "duplicate"],
                    closed_at__isnull=False,
                ),
                name="request_is_open_or_closed",
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(ground=""),
                name="request_is_refused_on_a_ground",
            ),
            models.CheckConstraint(
                condition=Q(status="duplicate", duplicate_of_id__isnull=False)
                | (~Q(status="duplicate") & Q(duplicate_of_id__isnull=True)),
                name="duplicate_says_of_which",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "due_at", "id"],
                name="request_due",
                condition=Q(closed_at__isnull=True),
            ),
            models.Index(fields=["tenant_id", "-closed_at", "-id"], name="request_closed"),
            models.Index(fields=["tenant_id", "subject_id", "-id"], name="request_of_subject"),
            models.Index(fields=["tenant_id", "-id"], name="request_newest"),
        ]

    @staticmethod
    def new_reference() -> str:
        """Forty random bits, so that nobody guesses whom another one is about."""
        drawn = "".join(secrets.choice(ALPHABET) for _ in range(8))
        return f"R-{drawn[:4]}-{drawn[4:]}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_REQUESTS

    @property
    def called(self) -> str:
        """As they were named, or what is left of that."""
        return self.named or (self.subject.external_id if self.subject else self.reference)

    @property
    def subject_ids(self) -> list[UUID]:
        """Every subject that is this person; none before somebody told whom it is about."""
        return [*([self.subject_id] if self.subject_id else []), *self.alias_ids]

    def is_overdue(self, at: datetime) -> bool:
        return self.is_open and self.due_at < at

    def may_start(self, at: datetime) -> bool:
        """Approved, and cooled off."""
        return (
            self.status == RequestStatus.APPROVED
            and self.carry_out_after is not None
            and self.carry_out_after <= at
        )

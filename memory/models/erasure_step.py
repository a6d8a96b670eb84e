from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel
from memory.models.subject_request import SubjectRequest


class ErasureStep(ScopedModel):
    """The receipt of one step of an erasure: begun when, done when, how much of what.

    Once finished it stays as it is. `limits` are codes of what the step could not do and the
    certificate says. `sealed` holds the words that the residue scan looks for, until it has.
    """

    request_id = models.UUIDField()
    request = models.ForeignObject(
        SubjectRequest,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "request_id"),
        to_fields=("tenant_id", "id"),
        related_name="steps",
    )
    name = models.CharField(max_length=40)
    ordinal = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(default=now, editable=False)
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    limits = ArrayField(models.CharField(max_length=40), default=list)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=60, blank=True)
    retry_at = models.DateTimeField(null=True)
    sealed = models.BinaryField(null=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "request_id", "name"], name="one_receipt_of_a_step"
            )
        ]


class ErasureCertificate(ScopedModel):
    """That a person was erased, signed as a note by the key of the tenant's log. Append-only.

    It names the person by a pseudonym only (`memory.erasure.certificate`).
    """

    request_id = models.UUIDField()
    request = models.ForeignObject(
        SubjectRequest,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "request_id"),
        to_fields=("tenant_id", "id"),
        related_name="certificates",
    )
    subject_id = models.UUIDField()
    reference = models.CharField(max_length=20)
    note = models.TextField()
    issued_at = models.DateTimeField(default=now, editable=False)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    audit_kind = "certificate"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "request_id"], name="one_certificate_of_a_request"
            )
        ]

from uuid import UUID

from django.db import models
from typing_extensions import override

from console.accounts.models import User
from console.keys.models import DataKey
from console.platform.clock import now
from console.platform.outbound import MAX_URL
from console.tenancy.models import ScopedModel

MAX_NAME = 80
MAX_CERTIFICATES = 30_000


class Sends(models.TextChoices):
    EVENTS = "events", "Events, for a SIEM"
    CHECKPOINTS = "checkpoints", "Checkpoints, to anchor the log"


class StreamKind(models.TextChoices):
    WEBHOOK = "webhook", "Webhook (HTTPS)"
    SYSLOG = "syslog", "Syslog (RFC 5424)"
    TIMESTAMP = "timestamp", "Timestamp authority (RFC 3161)"


class StreamFormat(models.TextChoices):
    JSON = "json", "JSON, as the log has it"
    OCSF = "ocsf", "OCSF"


class AuditStream(ScopedModel):
    """Where a tenant's log goes to, outside of the database: events, or checkpoints alone.

    How far it has gone is in `StreamState`: people answer for this row, the sender for that one.
    """

    name = models.CharField(max_length=MAX_NAME)
    sends = models.CharField(max_length=12, choices=Sends)
    kind = models.CharField(max_length=10, choices=StreamKind)
    address = models.CharField(max_length=MAX_URL)
    format = models.CharField(max_length=5, choices=StreamFormat, default=StreamFormat.JSON)
    # Names of people and their notes, which nobody can make a receiver forget.
    with_words = models.BooleanField(default=False)
    # PEM: who vouches for the receiver, or for what a timestamp authority signs.
    certificates = models.CharField(max_length=MAX_CERTIFICATES, blank=True)
    # What a webhook is signed with.
    wrapped = models.BinaryField(null=True)
    wrapped_by_id = models.UUIDField(null=True)
    wrapped_by = models.ForeignObject(
        DataKey,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "wrapped_by_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
        null=True,
    )
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    paused_at = models.DateTimeField(null=True)

    audit_kind = "audit_stream"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "name"], name="stream_name"),
            models.CheckConstraint(
                condition=~models.Q(kind=StreamKind.TIMESTAMP) | models.Q(sends=Sends.CHECKPOINTS),
                name="only_checkpoints_are_timestamped",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=StreamKind.WEBHOOK) | models.Q(wrapped__isnull=False),
                name="a_webhook_stream_is_signed",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None

    @property
    def associated(self) -> bytes:
        """What the wrapping of its secret is bound to: no secret signs for another stream."""
        return f"stream|{self.tenant_id}|{self.id}".encode()


# The append-only file beside the database has no row of settings: the operator names its folder.
THE_FILE = UUID(int=0)


class StreamState(ScopedModel):
    """How far a stream has come; its id is the stream's, or `THE_FILE`.

    `next` is the index of the event, or the number of the checkpoint, that goes next. It moves on
    only after the receiver took what comes before. Whoever sends moves `leased_until` first; a
    sender that dies leaves a lease that ends.
    """

    next = models.BigIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    # Tries in vain since it last got on.
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=now)
    failing_since = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=40, blank=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_sent_at = models.DateTimeField(null=True)
    # Since when people have been told that it is far behind.
    behind_at = models.DateTimeField(null=True)
    test_asked_at = models.DateTimeField(null=True)
    tested_at = models.DateTimeField(null=True)
    test_error = models.CharField(max_length=40, blank=True)

    audit_kind = "audit_stream"

from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedModel


class Outcome(models.TextChoices):
    DONE = "done"
    REFUSED = "refused"


class AuditEvent(ScopedModel):
    """One change or one refusal, committed with it. Append-only, by trigger and by privilege.

    The payload holds identifiers, codes and digests, never a memory's text: it outlives erasure.
    What a person is called or wrote (`actor_label`, `note`) are its words: the log holds no more
    of them than `words_digest`, so that they can be blanked (`audit.trail.forget_words`).
    """

    kind = models.CharField(max_length=60)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.DONE)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField()
    actor_label = models.CharField(max_length=200)
    api_key_id = models.UUIDField(null=True)
    object_kind = models.CharField(max_length=30, blank=True)
    object_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=2000, blank=True)
    payload = models.JSONField(default=dict)
    # Of the words, while they are known. An event from before the log has a digest of zeros.
    salt = models.BinaryField(max_length=16, null=True)
    words_digest = models.BinaryField(max_length=32)
    request_id = models.UUIDField()
    trace_id = models.BinaryField(max_length=16, null=True)
    span_id = models.BinaryField(max_length=8, null=True)
    recorded_at = models.DateTimeField(default=now, editable=False)
    # The transaction that made the change, by which the database's guard finds this row and a
    # sequencer tells committed from running. Filled by the database: pg_current_xact_id().
    xid = models.BigIntegerField(
        db_default=models.Func(
            models.Func(function="pg_current_xact_id", output_field=models.TextField()),
            function="",
            template="(%(expressions)s::text::bigint)",
            output_field=models.BigIntegerField(),
        ),
        editable=False,
    )

    class Meta:
        indexes = [
            models.Index(fields=["tenant_id", "object_id", "-id"], name="event_object"),
            models.Index(fields=["tenant_id", "actor_id", "-id"], name="event_actor"),
            models.Index(fields=["tenant_id", "kind", "-id"], name="event_kind"),
            models.Index(fields=["tenant_id", "xid", "object_id"], name="event_xid"),
            models.Index(fields=["tenant_id", "request_id"], name="event_request"),
            models.Index(
                fields=["tenant_id", "trace_id", "-id"],
                name="event_trace",
                condition=models.Q(trace_id__isnull=False),
            ),
            models.Index(
                fields=["tenant_id", "reason", "-id"],
                name="event_reason",
                condition=~models.Q(reason=""),
            ),
            models.Index(
                fields=["tenant_id", "-id"], name="event_noted", condition=~models.Q(note="")
            ),
            models.Index(
                fields=["tenant_id", "actor_kind", "-id"],
                name="event_not_agents",
                condition=~models.Q(actor_kind="agent"),
            ),
            # What people look for among many events that went well.
            models.Index(
                fields=["tenant_id", "-id"],
                name="event_refused",
                include=["reason", "recorded_at"],
                condition=models.Q(outcome=Outcome.REFUSED),
            ),
            models.Index(
                fields=["tenant_id", "-id"],
                name="event_quarantined",
                condition=models.Q(payload__state="quarantined"),
            ),
        ]

from django.db import models

from console.tenancy.setting import Choice


class TraceReplay(Choice):
    """Stored spans read anew by the rules of today, from the newest to the oldest.

    `before`, `trace_id` and `span_id` are where it stands: it goes on with what comes before them.
    It ends at `since`. `total` is an estimate: the spans of the runs it goes through.
    """

    since = models.DateTimeField()
    before = models.DateTimeField()
    trace_id = models.BinaryField(max_length=16, null=True)
    span_id = models.BinaryField(max_length=8, null=True)
    mapping_number = models.PositiveSmallIntegerField()
    prices_number = models.PositiveSmallIntegerField()
    total = models.PositiveBigIntegerField()
    looked_at = models.PositiveBigIntegerField(default=0)
    changed = models.PositiveBigIntegerField(default=0)
    # Their content is past its retention, or erased: only what they cost is reckoned anew.
    without_content = models.PositiveBigIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    stopped = models.BooleanField(default=False)

    audit_kind = "trace_replay"

    class Meta:
        indexes = [models.Index(fields=["tenant_id", "-id"], name="trace_replay_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id"],
                condition=models.Q(ended_at__isnull=True),
                name="one_trace_replay_at_a_time",
            )
        ]

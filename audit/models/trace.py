from django.db import models
from django.db.models import Q

from console.tenancy.models import ScopedManager
from console.tenancy.scope import current_tenant_id


class StitchedBy(models.IntegerChoices):
    """What makes traces one run, the stronger the higher."""

    TRACE = 0
    SESSION = 1
    CONVERSATION = 2


class Trace(models.Model):
    """Which run a trace belongs to, and what no column of its spans tells of it.

    Children arrive before the root that names the conversation, so a trace moves to another run
    when a stronger key turns up. One whose root links to another trace, and that has neither
    conversation nor session, goes where that one goes; a trace that is only linked to has a row
    too, so that the two cannot miss each other.
    """

    pk = models.CompositePrimaryKey("tenant_id", "trace_id")
    tenant_id = models.UUIDField(default=current_tenant_id, editable=False)
    trace_id = models.BinaryField(max_length=16)
    run_id = models.UUIDField()
    stitched_by = models.SmallIntegerField(choices=StitchedBy)
    # When the span began (microseconds since 1970) whose key it goes by: the earliest's stands.
    keyed_us = models.BigIntegerField(null=True)
    link = models.BinaryField(max_length=16, null=True)
    has_root = models.BooleanField()
    has_spans = models.BooleanField(default=True, db_default=True)
    subject_id = models.UUIDField(null=True)  # whom its spans are about, once one has named them
    waiting_at = models.DateTimeField(null=True)  # these three as of Run
    stepped_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)

    objects = ScopedManager["Trace"]()

    class Meta:
        indexes = [
            models.Index(fields=["tenant_id", "run_id"], name="trace_of_run"),
            models.Index(
                fields=["tenant_id", "link"],
                name="trace_linked",
                condition=Q(link__isnull=False),
            ),
            models.Index(
                fields=["tenant_id", "subject_id"],
                name="trace_of_subject",
                condition=Q(subject_id__isnull=False),
            ),
        ]

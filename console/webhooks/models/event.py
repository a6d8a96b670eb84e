from django.db import models

from console.platform.clock import now
from console.tenancy.models import ScopedModel
from console.webhooks.kinds import EventKind


class OutgoingEvent(ScopedModel):
    """Something that others did to what an agent wrote, committed with the deed.

    Endpoints are sent it and agents poll for it. `data` holds ids, codes and states, never what a
    memory says: it leaves the house, and is kept on the other side for as long as they like.
    """

    kind = models.CharField(max_length=40, choices=EventKind)
    # Who wrote what it is about: an agent, or whoever holds a personal key.
    agent_id = models.UUIDField(null=True)
    api_key_id = models.UUIDField(null=True)
    memory_id = models.UUIDField(null=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(default=now, editable=False)
    # By which a poll tells committed from running, as the audit trail does.
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
            models.Index(fields=["tenant_id", "agent_id", "xid", "id"], name="outgoing_agent"),
            models.Index(
                fields=["tenant_id", "api_key_id", "xid", "id"],
                condition=models.Q(agent_id__isnull=True),
                name="outgoing_person",
            ),
            models.Index(fields=["tenant_id", "memory_id", "xid", "id"], name="outgoing_memory"),
            models.Index(fields=["tenant_id", "at"], name="outgoing_age"),
        ]

    @property
    def message_id(self) -> str:
        """The same at each attempt and for each endpoint: by it a receiver knows a repetition."""
        return f"msg_{self.id.hex}"

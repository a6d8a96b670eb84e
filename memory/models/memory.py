from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from console.accounts.models import Agent, Subject
from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel


class State(models.TextChoices):
    PENDING = "pending"
    ACTIVE = "active"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    RETIRED = "retired"
    ERASED = "erased"


# Never shown to anyone but a reviewer, and to the key that wrote it.
HELD_STATES = frozenset({State.PENDING, State.QUARANTINED, State.REJECTED})


class Kind(models.TextChoices):
    PREFERENCE = "preference"
    FACT = "fact"
    SUMMARY = "summary"
    EVENT = "event"
    PROCEDURE = "procedure"
    DOCUMENT = "document"


class Tier(models.TextChoices):
    WORKING = "working"
    EPISODIC = "episodic"
    SEMANTIC = "semantic"
    ARCHIVAL = "archival"


class Visibility(models.TextChoices):
    """Who may recall it: anyone who names the subject, only the writing agent, or any agent."""

    SUBJECT = "subject"
    AGENT = "agent"
    WORKSPACE = "workspace"


class MemoryQuerySet(models.QuerySet["Memory"]):
    def in_force(self, at: datetime) -> Self:
        """Recallable at `at`: active, unexpired and valid. No sweep is needed for this to hold."""
        return self.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=at),
            Q(valid_from__isnull=True) | Q(valid_from__lte=at),
            Q(valid_to__isnull=True) | Q(valid_to__gt=at),
            state=State.ACTIVE,
        )

    def in_bulk_by_id(self, ids: Iterable[UUID]) -> dict[UUID, "Memory"]:
        return {memory.id: memory for memory in self.filter(id__in=list(ids))}

    def within(self, namespace: list[str]) -> Self:
        """In this namespace or below it, by whole segments: ("acme",) never matches "acme-corp"."""
        if not namespace:
            return self
        return self.filter(**{f"namespace__0_{len(namespace)}": namespace})


MemoryManager = ScopedManager.from_queryset(MemoryQuerySet)


class Memory(ScopedModel):
    """One thing an agent remembers: its identity and its current state.

    The text stands in `MemoryVersion`; `version` is the number in force (or, while the first one
    is still held, proposed). `valid_from`/`valid_to` are the world's time, the rest the system's.
    """

    namespace = ArrayField(models.CharField(max_length=200), default=list)
    key = models.CharField(max_length=200, blank=True)
    # The conversation or run it comes from; within one, `id` orders what came when.
    run = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.FACT)
    tier = models.CharField(max_length=20, choices=Tier, default=Tier.SEMANTIC)
    visibility = models.CharField(max_length=20, choices=Visibility, default=Visibility.WORKSPACE)
    state = models.CharField(max_length=20, choices=State)
    version = models.PositiveIntegerField(default=1)
    subject_id = models.UUIDField(null=True)
    subject = models.ForeignObject(
        Subject,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "subject_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
        null=True,
    )
    agent_id = models.UUIDField(null=True)
    agent = models.ForeignObject(
        Agent,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "agent_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
        null=True,
    )
    # The key that first wrote it may read it back while it is held.
    api_key_id = models.UUIDField(null=True)
    # Of the version in force: equal for equal texts about one subject (`memory.sealing`).
    content_digest = models.BinaryField(max_length=32)
    metadata = models.JSONField(default=dict)
    confidence = models.FloatField(null=True)
    importance = models.FloatField(null=True)
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    # Seconds that policy granted, and grants anew; null where somebody chose the end.
    ttl = models.PositiveIntegerField(null=True)
    # Seconds for which its words are kept past its expiry, as policy said when it was written.
    retention = models.PositiveIntegerField(null=True)
    supersedes_id = models.UUIDField(null=True)
    # What it takes the place of once it is in force.
    replaces = ArrayField(models.UUIDField(), default=list)
    created_at = models.DateTimeField(default=now, editable=False)
    updated_at = models.DateTimeField(default=now)

    objects: ClassVar = MemoryManager()

    audit_kind = "memory"

    class Meta:
        indexes = [
            models.Index(fields=["tenant_id", "-id"], name="memory_newest"),
            models.Index(fields=["tenant_id", "state", "-id"], name="memory_state"),
            # Counting them all reads no row.
            models.Index(
                fields=["tenant_id", "state", "kind", "expires_at"], name="memory_posture"
            ),
            models.Index(fields=["tenant_id", "subject_id", "key"], name="memory_subject_key"),
            models.Index(fields=["tenant_id", "agent_id", "-id"], name="memory_agent"),
            models.Index(fields=["tenant_id", "content_digest"], name="memory_content"),
            models.Index(
                fields=["tenant_id", "supersedes_id"],
                name="memory_supersedes",
                condition=Q(supersedes_id__isnull=False),
            ),
            models.Index(
                fields=["tenant_id", "run", "id"], name="memory_run", condition=~Q(run="")
            ),
            models.Index(
                fields=["tenant_id", "expires_at"],
                name="memory_expiry",
                condition=Q(state=State.ACTIVE),
            ),
        ]

    @property
    def is_held(self) -> bool:
        return self.state in HELD_STATES

    def state_at(self, at: datetime) -> State:
        """The state a reader is told: an active memory past its expiry is expired already."""
        if self.state == State.ACTIVE and self.expires_at is not None and self.expires_at <= at:
            return State.EXPIRED
        return State(self.state)

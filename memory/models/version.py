from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from console.keys.models import DataKey
from console.platform.clock import now
from console.tenancy.models import ScopedManager, ScopedModel
from memory.models.memory import Memory


class NotOpenedError(RuntimeError):
    """The text of a version was read before `memory.sealing.open_versions` opened it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a version says, in the clear.

    `original` holds what redaction took away, as first written, by its name (`content`, …).

    `statement` is what its writer signed, if anything (`memory.signing.statement`).
    `findings` are what screening saw, each with its code, weight, span and evidence. Of an erased
    version nothing is left: `is_erased`.
    """

    content: str
    value: Any = None
    source: str = ""
    findings: list[dict[str, Any]] = field(default_factory=list)
    original: dict[str, Any] = field(default_factory=dict)
    statement: str | None = None
    is_erased: bool = False


class MemoryVersion(ScopedModel):
    """What a memory said, as somebody wrote it. Append-only, by trigger and by privilege.

    The words stand apart, sealed under the subject's key (`SealedContent`), so that this row can
    outlive them; `content_digest` is theirs, an HMAC under the subject's digest key. `seal` is the
    server's HMAC over the row itself.
    """

    memory_id = models.UUIDField()
    memory = models.ForeignObject(
        Memory,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "memory_id"),
        to_fields=("tenant_id", "id"),
        related_name="versions",
    )
    number = models.PositiveIntegerField()
    content_digest = models.BinaryField(max_length=32)
    finding_codes = ArrayField(models.CharField(max_length=60), default=list)
    metadata = models.JSONField(default=dict)
    confidence = models.FloatField(null=True)
    importance = models.FloatField(null=True)
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    derived_from = ArrayField(models.UUIDField(), default=list)
    author_kind = models.CharField(max_length=10)
    author_id = models.UUIDField()
    author_label = models.CharField(max_length=200)
    api_key_id = models.UUIDField(null=True)
    trace_id = models.BinaryField(max_length=16, null=True)
    span_id = models.BinaryField(max_length=8, null=True)
    recorded_at = models.DateTimeField(default=now, editable=False)
    seal = models.BinaryField(max_length=32)
    seal_key_id = models.UUIDField()

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    said: Said | None = None

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "memory_id", "number"], name="version_number_in_memory"
            )
        ]
        indexes = [
            models.Index(fields=["tenant_id", "trace_id"], name="version_trace"),
            GinIndex(
                fields=["derived_from"],
                name="version_lineage",
                condition=~models.Q(derived_from=[]),
            ),
        ]

    @property
    def opened(self) -> Said:
        if self.said is None:
            raise NotOpenedError(f"Version {self.id} has not been opened.")
        return self.said

    @property
    def content(self) -> str:
        return self.opened.content

    @property
    def value(self) -> Any:
        return self.opened.value

    @property
    def source(self) -> str:
        return self.opened.source

    @property
    def findings(self) -> list[dict[str, Any]]:
        return self.opened.findings


class SealedContent(ScopedModel):
    """The words of one version, whose id it shares. Sealed anew on rotation, deleted on erasure."""

    key_id = models.UUIDField()
    key = models.ForeignObject(
        DataKey,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "key_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
    )
    ciphertext = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["tenant_id", "key_id"], name="sealed_under_key")]

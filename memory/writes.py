"""What somebody asks to remember: parsed at the door, trusted inside."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from memory.models import Kind, Memory, MemoryVersion, Tier, Visibility
from memory.signing.statement import Signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One memory as proposed. Times are aware; `expires_at` None asks for the kind's default.

    `signed` is the body it was parsed from, for `memory.signing.verify`.
    """

    content: str
    value: Any = None
    kind: Kind = Kind.FACT
    tier: Tier = Tier.SEMANTIC
    visibility: Visibility = Visibility.WORKSPACE
    namespace: tuple[str, ...] = ()
    key: str = ""
    run: str = ""
    subject: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    confidence: float | None = None
    importance: float | None = None
    source: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    expires_at: datetime | None = None
    derived_from: tuple[UUID, ...] = ()
    supersedes: tuple[UUID, ...] = ()
    signed: Signed | None = None


def as_written(memory: Memory, version: MemoryVersion) -> Write:
    """The write that would say again what this version says, opened. It asks for no end."""
    return Write(
        content=version.content,
        value=version.value,
        kind=Kind(memory.kind),
        tier=Tier(memory.tier),
        visibility=Visibility(memory.visibility),
        namespace=tuple(memory.namespace),
        key=memory.key,
        run=memory.run,
        subject=memory.subject.external_id if memory.subject else "",
        metadata=version.metadata,
        confidence=version.confidence,
        importance=version.importance,
        source=version.source,
        valid_from=version.valid_from,
        valid_to=version.valid_to,
        derived_from=tuple(version.derived_from),
    )

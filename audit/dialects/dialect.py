"""The shape of one convention's table, and the one vocabulary they all map to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Op(StrEnum):
    """What a step of a run is, whatever its instrumentation called it."""

    AGENT = "agent"
    WORKFLOW = "workflow"
    MODEL = "model"
    EMBEDDING = "embedding"
    TOOL = "tool"
    RETRIEVAL = "retrieval"
    MEMORY_READ = "memory_read"
    MEMORY_WRITE = "memory_write"
    MEMORY_UPDATE = "memory_update"
    MEMORY_DELETE = "memory_delete"
    MEMORY_STORE = "memory_store"
    APPROVAL = "approval"
    OTHER = "other"

    @property
    def is_memory(self) -> bool:
        return self.value.startswith("memory_")

    @property
    def calls_a_model(self) -> bool:
        """Only these spans' tokens count: agent spans repeat the sums of their children."""
        return self in {Op.MODEL, Op.EMBEDDING}


@dataclass(frozen=True, slots=True)
class Dialect:
    """Attribute names per concept, the preferred first. `entity` names whatever the kind says."""

    name: str
    kind: str
    kinds: Mapping[str, Op]
    agent: tuple[str, ...] = ()
    conversation: tuple[str, ...] = ()
    session: tuple[str, ...] = ()
    tool: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    input_tokens: tuple[str, ...] = ()
    output_tokens: tuple[str, ...] = ()
    provider: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    cache_read_tokens: tuple[str, ...] = ()
    cache_write_tokens: tuple[str, ...] = ()
    cost: tuple[str, ...] = ()
    entity: tuple[str, ...] = ()
    # Says that a span with this attribute and no kind is still of this convention, and which kind.
    hints: Mapping[str, Op] = field(default_factory=dict)

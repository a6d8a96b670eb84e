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
        return self.startswith("memory_")

    @property
    def is_call(self) -> bool:
        """What goes in are arguments and what comes out is a result, where others hold messages."""
        return self in CALLS or self.is_memory

    @property
    def calls_a_model(self) -> bool:
        """Only these spans' tokens count: agent spans repeat the sums of their children."""
        return self is Op.MODEL or self is Op.EMBEDDING


CALLS = frozenset({Op.TOOL, Op.RETRIEVAL, Op.APPROVAL})


class Concept(StrEnum):
    """What an attribute may carry. Counts are tokens; costs are US dollars, as reported."""

    AGENT = "agent"
    CONVERSATION = "conversation"
    SESSION = "session"
    SUBJECT = "subject"
    TOOL = "tool"
    MODEL = "model"
    PROVIDER = "provider"
    INPUT_TOKENS = "input_tokens"
    OUTPUT_TOKENS = "output_tokens"
    CACHE_READ_TOKENS = "cache_read_tokens"
    CACHE_WRITE_TOKENS = "cache_write_tokens"
    COST = "cost"
    INPUT_COST = "input_cost"
    OUTPUT_COST = "output_cost"
    USAGE = "usage"  # an object, or JSON of one, that holds counts
    COSTS = "costs"  # likewise of dollars
    ENTITY = "entity"  # the name of whatever the kind says: an agent's, or a tool's
    ARGUMENTS = "arguments"
    RESULT = "result"
    FAILED = "failed"
    ERROR_TYPE = "error_type"
    VERB = "verb"  # what a store was asked to do, in a word
    MEMORY_STORE = "memory_store"
    MEMORY_RECORD = "memory_record"
    MEMORY_RECORDS = "memory_records"
    MEMORY_COUNT = "memory_count"


@dataclass(frozen=True, slots=True)
class Dialect:
    """One convention. Attribute names per concept stand in order, the preferred first.

    `kinds`: which attribute says what a span is, and by which values. `hints`: attributes that
    say so by being there, where no kind is stated. `verbs`: its memory spans tell in a word
    (Concept.VERB, else the span's name) whether they read or write; the table holds MEMORY_READ.
    `sums_alone`: instrumentation scopes whose agent spans enclose no call of a model, so that
    what those spans used counts.
    """

    name: str
    kinds: Mapping[str, Mapping[str, Op]] = field(default_factory=dict)
    hints: Mapping[str, Op] = field(default_factory=dict)
    concepts: Mapping[Concept, tuple[str, ...]] = field(default_factory=dict)
    verbs: bool = False
    sums_alone: tuple[str, ...] = ()

"""What a batch changes in the summary of a run: signed counts, and what stands of several words.

A run's name is that of its earliest root; its agent that of its earliest root that names one,
else of its earliest step that does; its service that of its earliest step. Each word has a rank,
and of two the lower stands, of equal ranks the lesser text: the order of arrival is nothing.
"""

from dataclasses import dataclass, field

from audit.dialects.dialect import Op
from audit.ingest.row import MAX_NAME, SpanRow
from audit.ingest.run_key import RunKey
from audit.models.run import UNTOLD

WRITES = frozenset({Op.MEMORY_WRITE, Op.MEMORY_UPDATE, Op.MEMORY_DELETE})
MINUTE_US = 60 * 10**6
NOT_A_ROOT = 2**62


@dataclass(slots=True)
class Word:
    """What stands of a name that several steps tell."""

    text: str = ""
    rank: int = UNTOLD

    def offer(self, text: str, rank: int) -> None:
        if rank < self.rank or (rank == self.rank and text < self.text):
            self.text, self.rank = text, rank


@dataclass(slots=True)
class RunDelta:
    """Times are Unix nanoseconds. Counts may be negative: a step that ends is open no more."""

    first_seen: int
    last_seen: int
    key: RunKey | None = None
    name: Word = field(default_factory=Word)
    agent: Word = field(default_factory=Word)
    service: Word = field(default_factory=Word)
    span_count: int = 0
    error_count: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cost_nanos: int = 0
    model_calls: int = 0
    tool_calls: int = 0
    approvals: int = 0
    memory_reads: int = 0
    memory_writes: int = 0
    open_spans: int = 0
    open_approvals: int = 0
    open_traces: int = 0
    root_ended_at: int | None = None
    root_failed: bool = False
    waiting_at: int | None = None
    stepped_at: int | None = None
    heartbeat_at: int | None = None
    pulse: set[int] = field(default_factory=set)  # minutes since 1970

    def see(self, start_ns: int, end_ns: int) -> None:
        self.first_seen = min(self.first_seen, start_ns)
        self.last_seen = max(self.last_seen, end_ns)

    def add(self, row: SpanRow, *, was_running: bool) -> None:
        """A new span, or the end of one that was counted when it started."""
        span, meaning, start_us, is_running = row.span, row.meaning, row.key[2], row.is_running
        self.see(span.start_ns, row.end_ns)
        self.pulse.add(start_us // MINUTE_US)
        rank = 2 * start_us + is_running  # its end may name it better
        if span.parent_id is None:
            self._add_root(row, rank)
        elif meaning.agent:
            self.agent.offer(meaning.agent, rank + NOT_A_ROOT)
        if rank <= self.service.rank and row.service:
            self.service.offer(row.service, rank)
        self.span_count += not was_running
        if is_running or was_running:
            change = is_running - was_running
            self.open_spans += change
            self.open_approvals += change * (meaning.op is Op.APPROVAL)
        if not is_running:
            self._add_figures(row)

    def _add_root(self, row: SpanRow, rank: int) -> None:
        self.name.offer(row.span.name[:MAX_NAME], rank)
        if row.meaning.agent:
            self.agent.offer(row.meaning.agent, rank)
        if not row.is_running:
            self.end_root(row.end_ns // 1000 * 1000, row.meaning.is_error)

    def _add_figures(self, row: SpanRow) -> None:
        meaning, op = row.meaning, row.meaning.op
        self.error_count += meaning.is_error
        if op.calls_a_model:
            self.input_tokens += meaning.input_tokens or 0
            self.output_tokens += meaning.output_tokens or 0
            self.cache_read_tokens += meaning.cache_read_tokens or 0
            self.cache_write_tokens += meaning.cache_write_tokens or 0
            self.model_calls += op is Op.MODEL
        elif op is Op.TOOL:
            self.tool_calls += 1
        elif op is Op.MEMORY_READ:
            self.memory_reads += 1
        elif op in WRITES:
            self.memory_writes += 1
        elif op is Op.APPROVAL:
            self.approvals += 1
        self.cost_nanos += row.cost_nanos or 0

    def end_root(self, at_ns: int, failed: bool) -> None:  # noqa: FBT001 - one of two that end it
        """Of several roots the one counts that ended last."""
        if (at_ns, failed) > (self.root_ended_at or 0, self.root_failed):
            self.root_ended_at, self.root_failed = at_ns, failed

    def take(self, other: "RunDelta") -> None:
        """Adds what another delta of the same run says."""
        self.see(other.first_seen, other.last_seen)
        for word in ("name", "agent", "service"):
            offered = getattr(other, word)
            getattr(self, word).offer(offered.text, offered.rank)
        for count in COUNTS:
            setattr(self, count, getattr(self, count) + getattr(other, count))
        if other.root_ended_at is not None:
            self.end_root(other.root_ended_at, other.root_failed)
        for latest in LATEST:
            self.later(latest, getattr(other, latest))
        self.pulse |= other.pulse

    def later(self, name: str, at_ns: int | None) -> None:
        if at_ns is not None:
            setattr(self, name, max(at_ns, getattr(self, name) or 0))


COUNTS = (
    "span_count",
    "error_count",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cost_nanos",
    "model_calls",
    "tool_calls",
    "approvals",
    "memory_reads",
    "memory_writes",
    "open_spans",
    "open_approvals",
    "open_traces",
)
LATEST = ("waiting_at", "stepped_at", "heartbeat_at")

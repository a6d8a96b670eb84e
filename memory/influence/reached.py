"""What influence was found to reach, and by whose word."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from audit.influence.turns import Turn
from memory.influence.origins import Origin


class Evidence(StrEnum):
    """Why something counts as influenced, the surest first."""

    DECLARED = "declared"  # a version names it as what it was made from
    RECORDED = "recorded"  # our API did it
    CLAIMED = "claimed"  # an agent's span says so
    AFTER = "after"  # it came after the recall in the same turn: possible, not proven


class Cut(StrEnum):
    """A bound that was met: what lies beyond it is not shown."""

    DEPTH = "depth"
    RECALLS = "recalls"
    RUNS = "runs"
    MEMORIES = "memories"
    ROOTS = "roots"


@dataclass(slots=True)
class Reached:
    """A memory that influence reached, `level` steps from where it starts (0).

    `link` is DECLARED or AFTER, `written` who says that it was written; both None at level 0.
    `parents` are the memories it names, or those recalled before it in its turn.
    """

    memory_id: str
    level: int
    since: datetime
    link: Evidence | None = None
    written: Evidence | None = None
    version: int | None = None
    until: datetime | None = None
    parents: set[str] = field(default_factory=set)
    run_id: UUID | None = None
    trace_id: bytes | None = None
    span_id: bytes | None = None
    agent: str = ""
    store: str = ""

    def add(self, other: "Reached") -> None:
        """What else was found of the same memory; of what is said twice the surer word stays."""
        if self.level == 0:
            return
        self.parents |= other.parents - {self.memory_id}
        self.since = min(self.since, other.since)
        if other.link is Evidence.DECLARED:
            self.link = Evidence.DECLARED
        self.written = self.written or other.written
        self.run_id = self.run_id or other.run_id
        self.trace_id = self.trace_id or other.trace_id
        self.span_id = self.span_id or other.span_id
        self.agent = self.agent or other.agent


@dataclass(slots=True)
class InfluencedRun:
    """`recalled` and `wrote` are memory ids; `evidence` the surest word on a recall in it."""

    run_id: UUID
    level: int
    first_at: datetime
    last_at: datetime
    recalls: int = 0
    models: int = 0
    tools: int = 0
    evidence: Evidence = Evidence.CLAIMED
    recalled: set[str] = field(default_factory=set)
    wrote: set[str] = field(default_factory=set)
    agents: set[str] = field(default_factory=set)

    @property
    def readers(self) -> list[str]:
        return sorted(self.agents)

    @property
    def decisions(self) -> int:
        return self.models + self.tools


@dataclass(slots=True)
class Influence:
    """`runs` the latest recall first, `memories` by level: those it started from come first.

    `subject_ids` are of those whom the runs were about.
    `unseen` recalls were in no run whose spans have arrived: what came after them is not known.
    """

    origin: Origin
    runs: list[InfluencedRun] = field(default_factory=list)
    memories: dict[str, Reached] = field(default_factory=dict)
    recalls: int = 0
    unseen: int = 0
    by_day: Counter[date] = field(default_factory=Counter)
    readers: Counter[str] = field(default_factory=Counter)
    subject_ids: set[UUID] = field(default_factory=set)
    turns: list[Turn] = field(default_factory=list)
    first_at: datetime | None = None
    last_at: datetime | None = None
    cut: set[Cut] = field(default_factory=set)

    @property
    def derived(self) -> list[Reached]:
        return [one for one in self.memories.values() if one.level > 0]

    def latest_turns(self, decisions: int) -> list[Turn]:
        """Of the runs as they are listed, so many as hold that many decisions, if they do."""
        wanted: set[UUID] = set()
        for run in self.runs:
            if decisions <= 0:
                break
            wanted.add(run.run_id)
            decisions -= run.decisions
        return [turn for turn in self.turns if turn.run_id in wanted]

    @property
    def models(self) -> int:
        return sum(run.models for run in self.runs)

    @property
    def tools(self) -> int:
        return sum(run.tools for run in self.runs)

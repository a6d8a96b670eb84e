from audit.models.activity_day import ActivityDay
from audit.models.agent_minute import AgentMinute
from audit.models.anchor import Anchor
from audit.models.checkpoint import Checkpoint
from audit.models.event import AuditEvent, Outcome
from audit.models.log_leaf import LogLeaf
from audit.models.log_mark import LogMark
from audit.models.log_tile import LogTile
from audit.models.memory_access import AccessKind, AccessSource, MemoryAccess
from audit.models.reconciliation import Reconciliation
from audit.models.row_change import RowChange
from audit.models.run import Run
from audit.models.run_facet import FacetKind, RunFacet
from audit.models.run_outcome import RunOutcome, RunResult
from audit.models.run_state import RunPhase, RunStatus
from audit.models.span import CostSource, Span, SpanState, SpanStatus
from audit.models.span_content import SpanContent
from audit.models.stream import AuditStream, StreamState
from audit.models.trace import StitchedBy, Trace
from audit.models.trace_replay import TraceReplay
from audit.models.trace_retention import TraceRetention
from audit.models.trace_rule_set import TraceRuleSet

__all__ = [
    "AccessKind",
    "AccessSource",
    "ActivityDay",
    "AgentMinute",
    "Anchor",
    "AuditEvent",
    "AuditStream",
    "Checkpoint",
    "CostSource",
    "FacetKind",
    "LogLeaf",
    "LogMark",
    "LogTile",
    "MemoryAccess",
    "Outcome",
    "Reconciliation",
    "RowChange",
    "Run",
    "RunFacet",
    "RunOutcome",
    "RunPhase",
    "RunResult",
    "RunStatus",
    "Span",
    "SpanContent",
    "SpanState",
    "SpanStatus",
    "StitchedBy",
    "StreamState",
    "Trace",
    "TraceReplay",
    "TraceRetention",
    "TraceRuleSet",
]

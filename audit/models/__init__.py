from audit.models.activity_day import ActivityDay
from audit.models.event import AuditEvent, Outcome
from audit.models.memory_access import AccessKind, AccessSource, MemoryAccess
from audit.models.run import Run, RunStatus
from audit.models.run_outcome import RunOutcome, RunResult
from audit.models.span import Span, SpanState, SpanStatus
from audit.models.span_content import SpanContent
from audit.models.trace import StitchedBy, Trace

__all__ = [
    "AccessKind",
    "AccessSource",
    "ActivityDay",
    "AuditEvent",
    "MemoryAccess",
    "Outcome",
    "Run",
    "RunOutcome",
    "RunResult",
    "RunStatus",
    "Span",
    "SpanContent",
    "SpanState",
    "SpanStatus",
    "StitchedBy",
    "Trace",
]

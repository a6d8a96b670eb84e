"""The verbs on how traces are read, kept and handed out."""

from audit.actions.export_run import export_run
from audit.actions.replay_traces import begin_replay, end_replay, stop_replay
from audit.actions.set_trace_retention import set_trace_retention
from audit.actions.set_trace_rules import set_trace_rules

__all__ = [
    "begin_replay",
    "end_replay",
    "export_run",
    "set_trace_retention",
    "set_trace_rules",
    "stop_replay",
]

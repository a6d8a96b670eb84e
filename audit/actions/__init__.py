"""The verbs on how traces are read and kept."""

from audit.actions.export_run import export_run
from audit.actions.set_trace_retention import set_trace_retention

__all__ = ["export_run", "set_trace_retention"]

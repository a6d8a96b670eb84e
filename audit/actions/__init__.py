"""The verbs on how traces are read and kept."""

from audit.actions.set_trace_retention import set_trace_retention

__all__ = ["set_trace_retention"]

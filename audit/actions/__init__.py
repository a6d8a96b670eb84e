"""The verbs on how traces are read, kept and handed out, and on where the audit log goes."""

from audit.actions.create_stream import IssuedStream, StreamAsked, create_stream
from audit.actions.export_events import EventExport, export_events
from audit.actions.export_evidence import (
    EVIDENCE,
    export_evidence,
    may_take_evidence,
    require_evidence,
)
from audit.actions.export_run import export_run
from audit.actions.manage_streams import (
    delete_stream,
    edit_stream,
    pause_stream,
    renew_stream_secret,
    report_behind,
    resume_stream,
    send_stream_test,
)
from audit.actions.replay_traces import begin_replay, end_replay, stop_replay
from audit.actions.report_anchors import report_cut_file, report_fork, report_loss
from audit.actions.set_trace_retention import set_trace_retention
from audit.actions.set_trace_rules import set_trace_rules
from audit.actions.verify_log import record_log_verification

__all__ = [
    "EVIDENCE",
    "EventExport",
    "IssuedStream",
    "StreamAsked",
    "begin_replay",
    "create_stream",
    "delete_stream",
    "edit_stream",
    "end_replay",
    "export_events",
    "export_evidence",
    "export_run",
    "may_take_evidence",
    "pause_stream",
    "record_log_verification",
    "renew_stream_secret",
    "report_behind",
    "report_cut_file",
    "report_fork",
    "report_loss",
    "require_evidence",
    "resume_stream",
    "send_stream_test",
    "set_trace_retention",
    "set_trace_rules",
    "stop_replay",
]

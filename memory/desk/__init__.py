"""The desk of what people ask about what is held about them. Each verb is audited."""

from memory.desk.approval import approve_request, stop_request
from memory.desk.carrying import begin_request, complete_request, wait_for
from memory.desk.ending import mark_duplicate, refuse_request, withdraw_request
from memory.desk.identity import confirm_identity
from memory.desk.intake import receive_request
from memory.desk.setting import set_desk

__all__ = [
    "approve_request",
    "begin_request",
    "complete_request",
    "confirm_identity",
    "mark_duplicate",
    "receive_request",
    "refuse_request",
    "set_desk",
    "stop_request",
    "wait_for",
    "withdraw_request",
]

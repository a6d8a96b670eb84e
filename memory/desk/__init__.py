"""The desk of what people ask about what is held about them. Each verb is audited."""

from memory.desk.access import hand_over, take_copy, take_copy_for
from memory.desk.alarms import note_due_soon, note_overdue
from memory.desk.answering import acknowledge_request, extend_request
from memory.desk.approval import approve_request, stop_request
from memory.desk.carrying import begin_request, complete_request, wait_for
from memory.desk.ending import mark_duplicate, refuse_request, withdraw_request
from memory.desk.identity import ask_identity, confirm_identity, enter_code, name_person
from memory.desk.intake import receive_request
from memory.desk.rectify import complete_rectification, rectify_memory
from memory.desk.restrict import carry_out_restriction
from memory.desk.setting import set_desk

__all__ = [
    "acknowledge_request",
    "approve_request",
    "ask_identity",
    "begin_request",
    "carry_out_restriction",
    "complete_rectification",
    "complete_request",
    "confirm_identity",
    "enter_code",
    "extend_request",
    "hand_over",
    "mark_duplicate",
    "name_person",
    "note_due_soon",
    "note_overdue",
    "receive_request",
    "rectify_memory",
    "refuse_request",
    "set_desk",
    "stop_request",
    "take_copy",
    "take_copy_for",
    "wait_for",
    "withdraw_request",
]

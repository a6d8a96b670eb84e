"""The only writers. Each verb takes an actor, is audited, and is callable from every door."""

from memory.actions.breach import note_breaches
from memory.actions.claim import claim_next, claim_review, keep_claim, release_claim
from memory.actions.decide import decide_review
from memory.actions.decide_together import decide_reviews, preview_decisions, undo_decisions
from memory.actions.digest import subscribe_digest, unsubscribe_digest
from memory.actions.doubt import doubt_derived
from memory.actions.erase import destroy_keys_of
from memory.actions.expire import expire_memories, expire_memory
from memory.actions.export_influence import export_influence
from memory.actions.export_subject import export_subject
from memory.actions.forget import forget_memories
from memory.actions.hold import place_hold, release_hold, remind_of_holds
from memory.actions.legal_basis import record_basis, withdraw_basis
from memory.actions.merge import merge_memories
from memory.actions.move import demote_memories, promote_memories
from memory.actions.name_subject import name_subject
from memory.actions.outcome import report_outcome
from memory.actions.pass_on import escalate_review, skip_review
from memory.actions.policy import activate_policy, save_policy
from memory.actions.quarantine_memories import preview_quarantine, quarantine_memories
from memory.actions.question_use import raise_doubts
from memory.actions.queue import delete_queue, save_queue
from memory.actions.recall import recall_memories
from memory.actions.recall_snapshot import recall_snapshot
from memory.actions.refresh import refresh_memories
from memory.actions.rekey import rehash_memories, rekey_names, reseal_memories
from memory.actions.renew import ask_for_renewal
from memory.actions.report_leak import report_leak
from memory.actions.restore import restore_version
from memory.actions.retention import confirm_retention, simulate_retention
from memory.actions.retire import retire_memory
from memory.actions.reveal import reveal_personal_data
from memory.actions.reveal_memory import reveal_memory
from memory.actions.reveal_run import reveal_run
from memory.actions.revise import revise_memory
from memory.actions.rotate_keys import (
    destroy_retired_keys,
    order_rotation,
    rewrap_by_root,
    rewrap_keys,
    rotate_due_keys,
)
from memory.actions.sample import ask_second_opinions, sample_approvals
from memory.actions.saved_view import delete_view, save_view
from memory.actions.screen_stored import begin_screening, quarantine_memory, screen_stored
from memory.actions.second_opinion import (
    give_opinion,
    next_opinion,
    set_gold_item,
    withdraw_gold_item,
)
from memory.actions.set_lifecycle_rules import set_lifecycle_rules
from memory.actions.set_recall_weights import set_recall_weights
from memory.actions.snapshot import create_snapshot, delete_snapshot
from memory.actions.try_recall import try_recall
from memory.actions.undo import undo_decision, undoable_until
from memory.actions.verify import record_verification
from memory.actions.write import write_memories, write_memory

__all__ = [
    "activate_policy",
    "ask_for_renewal",
    "ask_second_opinions",
    "begin_screening",
    "claim_next",
    "claim_review",
    "confirm_retention",
    "create_snapshot",
    "decide_review",
    "decide_reviews",
    "delete_queue",
    "delete_snapshot",
    "delete_view",
    "demote_memories",
    "destroy_keys_of",
    "destroy_retired_keys",
    "doubt_derived",
    "escalate_review",
    "expire_memories",
    "expire_memory",
    "export_influence",
    "export_subject",
    "forget_memories",
    "give_opinion",
    "keep_claim",
    "merge_memories",
    "name_subject",
    "next_opinion",
    "note_breaches",
    "order_rotation",
    "place_hold",
    "preview_decisions",
    "preview_quarantine",
    "promote_memories",
    "quarantine_memories",
    "quarantine_memory",
    "raise_doubts",
    "recall_memories",
    "recall_snapshot",
    "record_basis",
    "record_verification",
    "refresh_memories",
    "rehash_memories",
    "rekey_names",
    "release_claim",
    "release_hold",
    "remind_of_holds",
    "report_leak",
    "report_outcome",
    "reseal_memories",
    "restore_version",
    "retire_memory",
    "reveal_memory",
    "reveal_personal_data",
    "reveal_run",
    "revise_memory",
    "rewrap_by_root",
    "rewrap_keys",
    "rotate_due_keys",
    "sample_approvals",
    "save_policy",
    "save_queue",
    "save_view",
    "screen_stored",
    "set_gold_item",
    "set_lifecycle_rules",
    "set_recall_weights",
    "simulate_retention",
    "skip_review",
    "subscribe_digest",
    "try_recall",
    "undo_decision",
    "undo_decisions",
    "undoable_until",
    "unsubscribe_digest",
    "withdraw_basis",
    "withdraw_gold_item",
    "write_memories",
    "write_memory",
]

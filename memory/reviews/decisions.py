"""What a person can decide about what is reviewed."""

from enum import StrEnum

from memory.models import DecisionOutcome


class Decision(StrEnum):
    APPROVE = "approve"
    EDIT = "edit_and_approve"
    REJECT = "reject"
    EXPIRE = "expire"
    DELETE = "delete"
    QUARANTINE = "quarantine"
    MERGE = "merge"
    RESTORE = "restore"


OUTCOME_OF: dict[Decision, DecisionOutcome] = {
    Decision.APPROVE: DecisionOutcome.APPROVED,
    Decision.EDIT: DecisionOutcome.EDITED,
    Decision.REJECT: DecisionOutcome.REJECTED,
    Decision.EXPIRE: DecisionOutcome.EXPIRED,
    Decision.DELETE: DecisionOutcome.DELETED,
    Decision.QUARANTINE: DecisionOutcome.QUARANTINED,
    Decision.MERGE: DecisionOutcome.MERGED,
    Decision.RESTORE: DecisionOutcome.RESTORED,
}
# By these a text comes into force as it is; where several must agree, each of them counts.
APPROVALS = frozenset({Decision.APPROVE, Decision.EDIT, Decision.RESTORE})
# A text of the reviewer's own, or of before, takes the place of what was proposed.
REWORDINGS = frozenset({Decision.EDIT, Decision.RESTORE})
# The same for many items at once. The others say something of each.
IN_BULK = frozenset(
    {
        Decision.APPROVE,
        Decision.REJECT,
        Decision.EXPIRE,
        Decision.DELETE,
        Decision.QUARANTINE,
    }
)

"""Why a review was decided as it was: a short list, so that decisions can be counted."""

from django.db import models

from memory.reviews.decisions import Decision


class DecisionReason(models.TextChoices):
    ACCURATE = "accurate", "Accurate and useful"
    CONFIRMED = "confirmed", "Confirmed at the source"
    ACCEPTED_RISK = "accepted_risk", "Uncertain, acceptable"
    CORRECTED = "corrected", "Corrected a fact"
    MADE_PRECISE = "made_precise", "Made it precise"
    REMOVED_PERSONAL_DATA = "removed_personal_data", "Removed personal data"
    INACCURATE = "inaccurate", "Inaccurate"
    UNSUPPORTED = "unsupported", "Nothing supports it"
    POISONED = "poisoned", "Planted instructions"
    PERSONAL_DATA = "personal_data", "Personal data without need"
    SECRET = "secret", "Holds a secret"
    DUPLICATE = "duplicate", "Known already"
    OUTDATED = "outdated", "No longer true"
    NOT_NEEDED = "not_needed", "Served its purpose"
    MISTAKE = "mistake", "Written by mistake"
    SUSPICIOUS = "suspicious", "Suspicious: to be looked into"
    COMPLETES = "completes", "Completes what is known"
    EARLIER_HOLDS = "earlier_holds", "The earlier one holds"
    SLIP = "slip", "Decided by a slip"
    RECONSIDERED = "reconsidered", "Thought again"
    OTHER = "other", "Another reason, told in the note"


_R = DecisionReason
# What a person is offered for each decision, the likeliest first. The API takes any of them.
REASONS_FOR: dict[Decision, tuple[DecisionReason, ...]] = {
    Decision.APPROVE: (_R.ACCURATE, _R.CONFIRMED, _R.ACCEPTED_RISK),
    Decision.EDIT: (_R.CORRECTED, _R.MADE_PRECISE, _R.REMOVED_PERSONAL_DATA),
    Decision.REJECT: (
        _R.INACCURATE,
        _R.UNSUPPORTED,
        _R.POISONED,
        _R.PERSONAL_DATA,
        _R.DUPLICATE,
    ),
    Decision.EXPIRE: (_R.OUTDATED, _R.NOT_NEEDED),
    Decision.DELETE: (_R.POISONED, _R.PERSONAL_DATA, _R.SECRET, _R.MISTAKE),
    Decision.QUARANTINE: (_R.SUSPICIOUS, _R.POISONED, _R.PERSONAL_DATA, _R.SECRET),
    Decision.MERGE: (_R.DUPLICATE, _R.COMPLETES),
    Decision.RESTORE: (_R.EARLIER_HOLDS, _R.INACCURATE, _R.POISONED),
}
REASONS_TO_UNDO = (_R.SLIP, _R.RECONSIDERED)


def offered(decision: Decision) -> list[tuple[str, str]]:
    """The codes and labels for a form's choices."""
    return [(reason.value, str(reason.label)) for reason in REASONS_FOR[decision]]

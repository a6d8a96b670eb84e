from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from memory.models import RecallSetting
from memory.retrieval.setting import weights_in_force
from memory.retrieval.weights import RecallWeights


@audited("recall.weights_set")
def set_recall_weights(*, actor: Actor, weights: RecallWeights, reason: str = "") -> RecallSetting:
    """From the next recall on. What was in force before stays on record."""
    actor.require(Permission.SETTINGS_MANAGE)
    note(before=weights_in_force().as_dict(), after=weights.as_dict())
    return RecallSetting.objects.create(
        weights=weights.as_dict(),
        set_by_kind=actor.kind,
        set_by_id=actor.id,
        set_by_label=actor.label[:200],
        reason=reason,
    )

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from memory.keeping.rules import LifecycleRules
from memory.keeping.setting import rules_in_force
from memory.models import LifecycleSetting


@audited("lifecycle.rules_set")
def set_lifecycle_rules(
    *, actor: Actor, rules: LifecycleRules, reason: str = ""
) -> LifecycleSetting:
    """From the next sweep on. What was in force before stays on record."""
    actor.require(Permission.SETTINGS_MANAGE)
    note(before=rules_in_force().as_dict(), after=rules.as_dict())
    return LifecycleSetting.objects.create(
        rules=rules.as_dict(),
        set_by_kind=actor.kind,
        set_by_id=actor.id,
        set_by_label=actor.label[:200],
        reason=reason,
    )

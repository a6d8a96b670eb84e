"""The tenant's own rules, or the defaults where nobody has chosen any."""

from memory.keeping.rules import LifecycleRules
from memory.models import LifecycleSetting


def setting_in_force() -> LifecycleSetting | None:
    return LifecycleSetting.objects.order_by("-id").first()


def rules_of(setting: LifecycleSetting | None) -> LifecycleRules:
    if setting is None:
        return LifecycleRules()
    # A rule that a later release no longer knows is left out, a new one has its default.
    known = LifecycleRules.names()
    return LifecycleRules(**{name: rule for name, rule in setting.rules.items() if name in known})


def rules_in_force() -> LifecycleRules:
    return rules_of(setting_in_force())

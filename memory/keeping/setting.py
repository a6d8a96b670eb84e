from memory.keeping.rules import LifecycleRules
from memory.models import LifecycleSetting


def rules_in_force() -> LifecycleRules:
    """The tenant's own, or the defaults where nobody has chosen any."""
    setting = LifecycleSetting.in_force()
    return setting.numbers if setting else LifecycleRules()

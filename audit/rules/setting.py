from audit.models import TraceRetention
from audit.rules.retention import Retention


def retention_of_tenant() -> Retention:
    """The tenant's own, or the defaults where nobody has chosen any."""
    setting = TraceRetention.in_force()
    return setting.numbers if setting else Retention()

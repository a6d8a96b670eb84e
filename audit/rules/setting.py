from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, Self, TypeVar

from audit.models import TraceRetention, TraceRuleSet
from audit.rules.kinds import RuleKind
from audit.rules.retention import Retention


class Rules(Protocol):
    """All rules of one kind. Without arguments it is what holds where nobody has chosen."""

    kind: ClassVar[RuleKind]

    def __init__(self) -> None: ...
    def checked(self) -> Self: ...
    def as_json(self) -> dict[str, Any]: ...
    @classmethod
    def from_json(cls, stored: Mapping[str, Any], /) -> Self: ...


R = TypeVar("R", bound=Rules)


def rules_in_force(rules: type[R]) -> tuple[R, int]:
    """Those of the tenant at hand, and their version; 0 where nobody has chosen any."""
    stored = TraceRuleSet.in_force(rules.kind)
    return (rules.from_json(stored.body), stored.number) if stored else (rules(), 0)


def retention_of_tenant() -> Retention:
    """The tenant's own, or the defaults where nobody has chosen any."""
    setting = TraceRetention.in_force()
    return setting.numbers if setting else Retention()

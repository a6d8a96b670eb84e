"""A rule as data: a condition, and what follows when it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from enum import StrEnum
from typing import Any

from typing_extensions import override

from memory.policies.span import span_text


class Ranked(StrEnum):
    """Names in order, the mildest first."""

    @property
    def rank(self) -> int:
        return list(type(self)).index(self)

    @override
    def __lt__(self, other: object) -> bool:
        return isinstance(other, Ranked) and self.rank < other.rank

    @override
    def __gt__(self, other: object) -> bool:
        return isinstance(other, Ranked) and self.rank > other.rank


class Effect(Ranked):
    APPROVE = "approve"
    REVIEW = "review"
    QUARANTINE = "quarantine"
    REJECT = "reject"


class Priority(Ranked):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`when` is a condition in CEL; `risk` a number from 0 to 1, or CEL that yields one.

    `effect` None leaves the effect to the other rules. `redact` names codes of findings whose
    spans are taken out of the text. `ttl` ends the memory's life at that age; `retention` is how
    long its text is kept after. `final` ends the asking.
    """

    name: str
    when: str
    effect: Effect | None = None
    because: str = ""
    risk: str = "0"
    queue: str = ""
    priority: Priority | None = None
    approvals: int = 1
    redact: tuple[str, ...] = ()
    ttl: timedelta | None = None
    retention: timedelta | None = None
    must_sign: bool = False
    final: bool = False

    def as_json(self) -> dict[str, Any]:
        """Only what is not the default, so that two versions can be read side by side."""
        return {
            field.name: _as_json(getattr(self, field.name))
            for field in fields(self)
            if getattr(self, field.name) != field.default
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetimes:
    """How long a memory lives when nobody says. A tier named here goes before the kind."""

    kinds: Mapping[str, timedelta]
    tiers: Mapping[str, timedelta]
    longest: timedelta
    retention: timedelta

    def of(self, *, kind: str, tier: str) -> timedelta:
        return self.tiers.get(tier) or self.kinds[kind]

    def as_json(self) -> dict[str, Any]:
        return {
            "kinds": {kind: span_text(span) for kind, span in self.kinds.items()},
            "tiers": {tier: span_text(span) for tier, span in self.tiers.items()},
            "longest": span_text(self.longest),
            "retention": span_text(self.retention),
        }


@dataclass(frozen=True, slots=True)
class Policy:
    """What a tenant decided about its agents' writes. `parse_policy` reads it, and checks it."""

    rules: tuple[Rule, ...]
    lifetimes: Lifetimes

    def as_json(self) -> dict[str, Any]:
        return {
            "rules": [rule.as_json() for rule in self.rules],
            "lifetimes": self.lifetimes.as_json(),
        }


def _as_json(value: object) -> object:
    if isinstance(value, timedelta):
        return span_text(value)
    if isinstance(value, tuple):
        return list(value)
    return value

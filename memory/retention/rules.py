"""For how long what is stored of a tenant is kept: one document, all stores.

Policy says at each write how long a memory lives and its words outlive it. A rule here may only
shorten that, also for what is stored already; of several that fit, the shortest counts.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from audit.rules.retention import LEAST_EVENT_DAYS, YEARS, Retention
from audit.rules.setting import retention_of_tenant
from console.platform.errors import FieldProblem, InvalidInputError
from memory.models import Kind, RetentionRuleSet, Tier

MAX_RULES = 40


class DataClass(StrEnum):
    """What is sensitive about a memory, the strictest first; the first that fits is its class.

    Screening tells secrets and personal data, a subject makes it personal too. Nothing tells what
    GDPR, Article 9, calls special: a writer does, by `metadata.data_class`.
    """

    SPECIAL = "special"
    SECRET = "secret"  # noqa: S105 - a class of data
    PERSONAL = "personal"
    NONE = "none"


# Of a memory `m` and its version in force `v`.
CLASS_OF = """CASE WHEN m.metadata->>'data_class' = 'special' THEN 'special'
  WHEN 'secret' = ANY(v.finding_codes) THEN 'secret'
  WHEN m.subject_id IS NOT NULL OR 'personal_data' = ANY(v.finding_codes) THEN 'personal'
  ELSE 'none' END"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryRule:
    """For how long memories of one kind, tier and data class are kept; empty is any.

    `age_days` after its making a memory ends; `keep_days` after its end its words are deleted. 0
    leaves that to the policy.
    """

    kind: str = ""
    tier: str = ""
    data_class: str = ""
    age_days: int = 0
    keep_days: int = 0

    @property
    def name(self) -> str:
        named = [self.data_class and f"{self.data_class} data", self.tier, self.kind]
        return " ".join(filter(None, named)) or "every memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Raises InvalidInputError for what does not hold, rule by rule.

    Audit events are kept for `event_days`; None is for good.
    """

    memories: tuple[MemoryRule, ...] = ()
    traces: Retention = field(default_factory=Retention)
    event_days: int | None = None

    def __post_init__(self) -> None:
        problems = [
            FieldProblem(f"memories.{at}.{name}", code, detail)
            for at, rule in enumerate(self.memories)
            for name, code, detail in _wrong(rule)
        ]
        if len(self.memories) > MAX_RULES:
            detail = f"Keep at most {MAX_RULES} rules."
            problems.append(FieldProblem("memories", "too_many", detail))
        if self.event_days is not None and not LEAST_EVENT_DAYS <= self.event_days <= YEARS:
            detail = f"Send a number of days from {LEAST_EVENT_DAYS} to {YEARS}, or none: for good."
            problems.append(FieldProblem("event_days", "out_of_range", detail))
        if problems:
            raise InvalidInputError(problems[0].detail, problems=problems)

    def as_json(self) -> dict[str, Any]:
        return {
            "memories": [asdict(rule) for rule in self.memories],
            "traces": self.traces.as_dict(),
            "event_days": self.event_days,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Rules":
        """Of what `as_json` gave."""
        return cls(
            memories=tuple(MemoryRule(**rule) for rule in stored["memories"]),
            traces=Retention(**Retention.known(stored["traces"])),
            event_days=stored.get("event_days"),
        )


def rules_in_force() -> Rules:
    stored = RetentionRuleSet.in_force()
    memories = tuple(MemoryRule(**rule) for rule in stored.rules) if stored else ()
    event_days = stored.event_days if stored else None
    return Rules(memories=memories, traces=retention_of_tenant(), event_days=event_days)


def _wrong(rule: MemoryRule) -> list[tuple[str, str, str]]:
    wrong = [
        (name, "unknown", f"There is no {name.replace('_', ' ')} {value[:40]}.")
        for name, value, known in (
            ("kind", rule.kind, set(Kind)),
            ("tier", rule.tier, set(Tier)),
            ("data_class", rule.data_class, set(DataClass)),
        )
        if value and value not in known
    ]
    wrong += [
        (name, "out_of_range", f"Send a number of days from 0 to {YEARS}.")
        for name in ("age_days", "keep_days")
        if not 0 <= getattr(rule, name) <= YEARS
    ]
    if not rule.age_days and not rule.keep_days:
        wrong.append(("age_days", "empty", "Say after how many days it ends, or its words go."))
    return wrong

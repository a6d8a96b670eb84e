"""What attributes of a tenant's own mean: a concept they carry, or what values say a step is.

Each rule goes before every convention's table (`audit.dialects.index`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from audit.dialects.dialect import Concept, Op
from audit.dialects.index import Index, Rule
from audit.dialects.normalise import BUILT_IN, MAPPING_VERSION
from audit.rules.kinds import RuleKind
from console.platform.errors import FieldProblem, InvalidInputError

MAX_RULES = 100
MAX_KINDS = 50
MAX_ATTRIBUTE = 200
MAX_VALUE = 200
# Of 15 bits: the tables' own version above, the tenant's below.
VERSIONS = 1_000

# Those of one plain value. The others are shapes of one convention.
CONCEPTS: Mapping[Concept, str] = {
    Concept.AGENT: "Agent",
    Concept.CONVERSATION: "Conversation",
    Concept.SESSION: "Session",
    Concept.SUBJECT: "Subject: the person it is about",
    Concept.TOOL: "Tool",
    Concept.MODEL: "Model",
    Concept.PROVIDER: "Provider of the model",
    Concept.INPUT_TOKENS: "Input tokens",
    Concept.OUTPUT_TOKENS: "Output tokens",
    Concept.CACHE_READ_TOKENS: "Tokens read from a cache",
    Concept.CACHE_WRITE_TOKENS: "Tokens written to a cache",
    Concept.COST: "Cost in US dollars",
    Concept.ERROR_TYPE: "Kind of error",
    Concept.MEMORY_STORE: "Memory store",
    Concept.MEMORY_RECORD: "Memory record's id",
    Concept.MEMORY_COUNT: "Number of memory records",
}


@dataclass(frozen=True, slots=True)
class Mappings:
    """In their order: of two rules for one concept the first that finds something holds."""

    kind: ClassVar[RuleKind] = RuleKind.MAPPING

    rules: tuple[Rule, ...] = ()

    @property
    def index(self) -> Index:
        return BUILT_IN.with_rules(self.rules) if self.rules else BUILT_IN

    def checked(self) -> "Mappings":
        """Itself. Raises InvalidInputError with what does not hold, rule by rule."""
        problems = [problem for at, rule in enumerate(self.rules) for problem in _wrong(at, rule)]
        names = [rule.attribute for rule in self.rules]
        if len(self.rules) > MAX_RULES:
            detail = f"Keep at most {MAX_RULES} rules."
            problems.append(FieldProblem("rules", "too_many", detail))
        for at, name in enumerate(names):
            if name in names[:at]:
                detail = "There is a rule for this attribute already: change that one."
                problems.append(FieldProblem(f"rules.{at}.attribute", "twice", detail))
        if problems:
            raise InvalidInputError(problems[0].detail, problems=problems)
        return self

    def as_json(self) -> dict[str, Any]:
        return {
            "rules": [
                {"attribute": one.attribute, "concept": one.concept, "kinds": dict(one.kinds)}
                for one in self.rules
            ]
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Mappings":
        """Of what `as_json` gave."""
        return cls(
            tuple(
                Rule(
                    attribute=rule["attribute"],
                    concept=Concept(rule["concept"]) if rule["concept"] else None,
                    kinds={value: Op(op) for value, op in rule["kinds"].items()},
                )
                for rule in stored["rules"]
            )
        )


def mapping_version(number: int) -> int:
    """Of the tables together with a tenant's version of its own rules; kept with each span."""
    return MAPPING_VERSION * VERSIONS + number % VERSIONS


def _wrong(at: int, rule: Rule) -> Iterator[FieldProblem]:
    where = f"rules.{at}"
    if not 0 < len(rule.attribute.strip()) <= MAX_ATTRIBUTE:
        detail = f"Write an attribute's name of 1 to {MAX_ATTRIBUTE} characters."
        yield FieldProblem(f"{where}.attribute", "out_of_range", detail)
    if rule.concept is None and not rule.kinds:
        detail = "Say what it means: a concept, or what its values say a step is."
        yield FieldProblem(f"{where}.concept", "blank", detail)
    if rule.concept is not None and rule.concept not in CONCEPTS:
        yield FieldProblem(f"{where}.concept", "unknown", "Choose one of the concepts.")
    if len(rule.kinds) > MAX_KINDS:
        detail = f"Keep at most {MAX_KINDS} values."
        yield FieldProblem(f"{where}.kinds", "too_many", detail)
    if any(not 0 < len(value.strip()) <= MAX_VALUE for value in rule.kinds):
        detail = f"Write values of 1 to {MAX_VALUE} characters."
        yield FieldProblem(f"{where}.kinds", "out_of_range", detail)

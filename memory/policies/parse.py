"""A policy as somebody wrote it, checked whole: every problem is told, each at its field."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Any, TypeVar

from console.platform.errors import FieldProblem, InvalidInputError
from memory.models import Kind, Tier
from memory.policies import values
from memory.policies.bounds import ConditionError
from memory.policies.compiled import HOLE, risk_of
from memory.policies.condition import AGENT_LANGUAGE, LANGUAGE, Condition
from memory.policies.default import DEFAULT_LIFETIMES
from memory.policies.facts import BY_NAME
from memory.policies.probe import probe
from memory.policies.rule import Effect, Lifetimes, Policy, Priority, Rule

RULE_FIELDS = {field.name for field in fields(Rule)}
# A rule without any of these follows to nothing.
OUTCOMES = (
    "effect",
    "redact",
    "ttl",
    "retention",
    "must_sign",
    "queue",
    "priority",
    "approvals",
    "final",
)
T = TypeVar("T")


class _Reader:
    """Reads the fields of one JSON object, and collects what is wrong with them."""

    def __init__(self, body: Any, path: str, problems: list[FieldProblem]) -> None:
        self.path = path
        self.problems = problems
        self.body: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
        if not isinstance(body, Mapping):
            self.tell("", "invalid", "Send an object.")

    def tell(self, name: str, code: str, detail: str) -> None:
        field = ".".join(part for part in (self.path, name) if part)
        self.problems.append(FieldProblem(field, code, detail))

    def only(self, names: set[str]) -> None:
        for name in sorted(map(str, set(self.body) - names)):
            self.tell(name[:60], "unknown_field", "There is no such field.")

    def read(self, name: str, read: Callable[[Any], T], default: T) -> T:
        """Null and absent are the default."""
        if self.body.get(name) is None:
            return default
        try:
            return read(self.body[name])
        except (TypeError, ValueError) as error:
            self.tell(name, "invalid", str(error))
            return default

    def within(self, name: str) -> "_Reader":
        path = ".".join(part for part in (self.path, name) if part)
        return _Reader(self.body.get(name) or {}, path, self.problems)


def parse_policy(body: Any, *, tried: bool = True) -> Policy:
    """Raises InvalidInputError naming every field that does not hold, as `rules.2.when`.

    `tried` runs each condition on a heavy write first; what was saved has been tried.
    """
    problems: list[FieldProblem] = []
    whole = _Reader(body, "", problems)
    whole.only({"rules", "lifetimes"})
    rows: list[Any] = whole.read("rules", values.rows, [])
    rules = [
        _rule(_Reader(row, f"rules.{number}", problems), tried=tried)
        for number, row in enumerate(rows)
    ]
    seen: set[str] = set()
    for number, rule in enumerate(rules):
        if rule.name and rule.name in seen:
            detail = "Another rule has this name."
            problems.append(FieldProblem(f"rules.{number}.name", "not_unique", detail))
        seen.add(rule.name)
    lifetimes = _lifetimes(whole.within("lifetimes"))
    if problems:
        raise InvalidInputError("The policy does not hold yet.", problems=problems)
    return Policy(tuple(rules), lifetimes)


def _rule(read: _Reader, *, tried: bool) -> Rule:
    read.only(RULE_FIELDS)
    rule = Rule(
        name=read.read("name", values.name, ""),
        when=read.read("when", values.text, ""),
        effect=read.read("effect", values.one_of(Effect), None),
        because=read.read("because", values.sentence, ""),
        risk=read.read("risk", values.number_text, "0"),
        queue=read.read("queue", values.optional_name, ""),
        priority=read.read("priority", values.one_of(Priority), None),
        approvals=read.read("approvals", values.people, 1),
        redact=read.read("redact", values.names, ()),
        ttl=read.read("ttl", values.span, None),
        retention=read.read("retention", values.span, None),
        must_sign=read.read("must_sign", values.flag, default=False),
        final=read.read("final", values.flag, default=False),
    )
    if read.body.get("name") is None:
        read.tell("name", "required", "Give the rule a name.")
    for hole in HOLE.findall(rule.because):
        if hole not in BY_NAME or not BY_NAME[hole].told:
            told = ", ".join(name for name, variable in BY_NAME.items() if variable.told)
            read.tell("because", "unknown_variable", f"In braces stand only: {told}.")
    if rule.approvals == 1 and not any(read.body.get(name) for name in OUTCOMES):
        read.tell("effect", "no_outcome", "Nothing follows from this rule: choose what does.")
    _check_conditions(read, rule, tried=tried)
    return rule


def _check_conditions(read: _Reader, rule: Rule, *, tried: bool) -> None:
    told = {problem.field for problem in read.problems}
    if f"{read.path}.when" in told:
        return
    try:
        when = LANGUAGE.compile(rule.when)
        if tried:
            probe(when)
        if rule.must_sign:
            _check_demand(rule)
    except ConditionError as error:
        read.tell("when", "invalid_condition", error.detail)
    try:
        risk = risk_of(rule.risk)
        if isinstance(risk, Condition) and tried:
            probe(risk)
        elif isinstance(risk, float) and risk > 1:
            read.tell("risk", "invalid", "From 0 to 1.")
    except ConditionError as error:
        read.tell("risk", "invalid_condition", error.detail)


def _check_demand(rule: Rule) -> None:
    try:
        AGENT_LANGUAGE.compile(rule.when)
    except ConditionError as error:
        detail = "A signature is demanded before the write is read: ask about the agent alone."
        raise ConditionError(detail, line=error.line, column=error.column) from error


def _lifetimes(read: _Reader) -> Lifetimes:
    read.only({"kinds", "tiers", "longest", "retention"})
    default = DEFAULT_LIFETIMES
    kinds, tiers = read.within("kinds"), read.within("tiers")
    kinds.only(set(Kind))
    tiers.only(set(Tier))
    tiers_spans = ((tier, tiers.read(tier, values.span, None)) for tier in Tier)
    return Lifetimes(
        kinds={
            str(kind): kinds.read(kind, values.span, None) or default.kinds[kind] for kind in Kind
        },
        tiers={str(tier): span for tier, span in tiers_spans if span},
        longest=_or(read.read("longest", values.span, None), default.longest),
        retention=_or(read.read("retention", values.span, None), default.retention),
    )


def _or(span: timedelta | None, default: timedelta) -> timedelta:
    return span or default

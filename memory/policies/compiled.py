"""A policy ready to rule: every condition compiled, once per version and process."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import structlog

from console.accounts.actor import Actor, ActorKind
from memory.policies.condition import (
    AGENT_LANGUAGE,
    LANGUAGE,
    Condition,
    EvaluationError,
    names_in,
)
from memory.policies.facts import BY_NAME, Facts
from memory.policies.rule import Effect, Policy, Priority, Rule
from memory.policies.ruling import Reason, Ruling
from memory.screening import Finding
from memory.writes import Write

log = structlog.get_logger(__name__)

# What no policy can switch off: a write that was not screened is not let through.
UNSCREENED = "detector_failed"
QUARANTINE_RISK = 0.9
NOT_SCREENED = Rule(name=UNSCREENED, when="true", effect=Effect.QUARANTINE)
FAILED_RISK = 0.5
HOLE = re.compile(r"\{([\w.]+)\}")
NUMBER = re.compile(r"[0-9]{1,4}(\.[0-9]{1,6})?")
MAX_TOLD = 200


@dataclass(frozen=True, slots=True)
class CompiledRule:
    rule: Rule
    when: Condition
    risk: Condition | float


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """`number` is the version's, 0 for the one that ships."""

    number: int
    policy: Policy
    rules: tuple[CompiledRule, ...]
    asks: frozenset[str]
    signing: tuple[Condition, ...]


def compile_policy(policy: Policy, *, number: int) -> CompiledPolicy:
    """Raises ConditionError; one that was parsed holds."""
    return CompiledPolicy(
        number,
        policy,
        tuple(
            CompiledRule(rule, LANGUAGE.compile(rule.when), risk_of(rule.risk))
            for rule in policy.rules
        ),
        names_in([source for rule in policy.rules for source in (rule.when, rule.risk)]),
        tuple(AGENT_LANGUAGE.compile(rule.when) for rule in policy.rules if rule.must_sign),
    )


def risk_of(source: str) -> Condition | float:
    """A number is itself; anything else is an expression. Raises ConditionError."""
    if NUMBER.fullmatch(source):
        return float(source)
    return LANGUAGE.compile(source, wanted="number")


def decide(policy: CompiledPolicy, facts: Facts) -> Ruling:
    """Asks the rules in order. Every one that holds counts, and the strictest effect wins.

    A rule marked final ends the asking, so that an exception stands above what it excepts. A rule
    that fails holds the write for a person.
    """
    met = list(_met(policy, facts))
    if any(finding.code == UNSCREENED for finding in facts.findings):
        met.append((NOT_SCREENED, QUARANTINE_RISK))
    effect = max((rule.effect for rule, _ in met if rule.effect), default=Effect.APPROVE)
    lifetimes = policy.policy.lifetimes
    ttl = min((rule.ttl for rule, _ in met if rule.ttl), default=None)
    kept = min((rule.retention for rule, _ in met if rule.retention), default=None)
    return Ruling(
        effect=effect,
        policy=policy.number,
        reasons=_reasons([rule for rule, _ in met], effect, facts),
        risk=_risk([risk for _, risk in met], effect, facts),
        queue=next((rule.queue for rule, _ in met if rule.queue), ""),
        priority=max((rule.priority for rule, _ in met if rule.priority), default=Priority.NORMAL),
        approvals=max((rule.approvals for rule, _ in met), default=1),
        redact=frozenset(code for rule, _ in met for code in rule.redact),
        ttl=ttl or lifetimes.of(kind=facts.write.kind, tier=facts.write.tier),
        longest=ttl or lifetimes.longest,
        retention=kept or lifetimes.retention,
        must_sign=any(rule.must_sign for rule, _ in met),
    )


def must_sign(policy: CompiledPolicy, actor: Actor) -> bool:
    """Whether this actor's writes must be signed: asked before anything of a write is read.

    A person has no key to sign with. A demand that fails to say so asks for no signature:
    `decide` then holds every write.
    """
    if not policy.signing or actor.kind is not ActorKind.AGENT:
        return False
    facts = Facts(actor=actor, write=Write(content=""))
    activation = AGENT_LANGUAGE.activation(facts, policy.asks)
    for condition in policy.signing:
        try:
            if condition.evaluate(activation):
                return True
        except EvaluationError:
            log.warning("policy_rule_failed", policy=policy.number)
    return False


def _met(policy: CompiledPolicy, facts: Facts) -> Iterator[tuple[Rule, float]]:
    """The rules that hold, in order, each with its risk; a stand-in for one that fails."""
    activation = LANGUAGE.activation(facts, policy.asks)
    for compiled in policy.rules:
        rule = compiled.rule
        try:
            if not compiled.when.evaluate(activation):
                continue
            risk = compiled.risk
            if isinstance(risk, Condition):
                risk = float(risk.evaluate(activation))
        except EvaluationError:
            # Without the message: it may quote what was written.
            log.warning("policy_rule_failed", policy=policy.number, rule=rule.name)
            yield _failed(rule), FAILED_RISK
            continue
        yield rule, min(max(risk, 0.0), 1.0)
        if rule.final:
            return


def _failed(rule: Rule) -> Rule:
    because = f"The rule {rule.name} failed on this write, so a person looks at it."
    return Rule(name="rule_failed", when="true", effect=Effect.REVIEW, because=because)


def _reasons(rules: list[Rule], effect: Effect, facts: Facts) -> tuple[Reason, ...]:
    """Every reason to hold, so that a reviewer sees all of them and not the first."""
    if effect is Effect.APPROVE:
        return ()
    reasons = [Reason(finding.code, finding.detail) for finding in _planted(facts)]
    found = {reason.code for reason in reasons}
    holding = [rule for rule in rules if rule.effect and rule.effect > Effect.APPROVE]
    reasons += [
        Reason(rule.name, told(rule.because, facts))
        for rule in holding
        if rule.because and rule.name not in found
    ]
    # A rule without a sentence speaks through the findings it is about; if there are none, itself.
    return tuple(reasons) or tuple(
        Reason(rule.name, f"The rule {rule.name} says so.") for rule in holding
    )


def _risk(risks: list[float], effect: Effect, facts: Facts) -> float:
    weights = [] if effect is Effect.APPROVE else [finding.weight for finding in _planted(facts)]
    return max([*risks, *weights], default=0.0)


def _planted(facts: Facts) -> list[Finding]:
    return [finding for finding in facts.findings if finding.severity != "note"]


def told(sentence: str, facts: Facts) -> str:
    """A rule's sentence with its holes filled: `{write.confidence}`."""
    return HOLE.sub(lambda hole: _shown(BY_NAME[hole[1]].read(facts)), sentence)


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)[:MAX_TOLD]

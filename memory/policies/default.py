"""The policy a tenant starts with: what takes effect at once, and what waits for a person."""

from datetime import timedelta

from memory.models import Kind, Tier
from memory.policies.rule import Effect, Lifetimes, Policy, Priority, Rule

LOW_CONFIDENCE = 0.8
# An agent nobody vouched for is known by its works: so many of its writes must stand first.
FIRST_WRITES = 5

DEFAULT_LIFETIMES = Lifetimes(
    kinds={
        Kind.PREFERENCE.value: timedelta(days=365),
        Kind.FACT.value: timedelta(days=180),
        Kind.SUMMARY.value: timedelta(days=90),
        Kind.EVENT.value: timedelta(days=90),
        Kind.PROCEDURE.value: timedelta(days=365),
        Kind.DOCUMENT.value: timedelta(days=365),
    },
    tiers={Tier.WORKING.value: timedelta(days=1)},
    longest=timedelta(days=3650),
    retention=timedelta(days=90),
)

DEFAULT_RULES = (
    Rule(
        name="quarantined_by_screening",
        when="findings.exists(f, f.severity == 'quarantine')",
        effect=Effect.QUARANTINE,
        risk="0.9",
        priority=Priority.HIGH,
    ),
    Rule(
        name="doubted_by_screening",
        when="findings.exists(f, f.severity == 'review')",
        effect=Effect.REVIEW,
    ),
    Rule(
        name="secret",
        when="findings.exists(f, f.code == 'secret')",
        effect=Effect.REVIEW,
        because="It held a secret, which was taken out: have it changed where it is used.",
        risk="0.7",
        priority=Priority.HIGH,
        redact=("secret",),
    ),
    Rule(
        name="protected_key",
        when=(
            "agent.kind == 'agent' && write.key != ''"
            " && write.key.matches('^(identity|policy|system|goal)([.]|$)')"
        ),
        effect=Effect.REVIEW,
        because="It would change what the agent is or obeys.",
        risk="0.7",
    ),
    Rule(
        name="contradiction",
        when="write.contradicts != ''",
        effect=Effect.REVIEW,
        because="It contradicts the approved memory {write.contradicts}.",
        risk="0.6",
    ),
    Rule(
        name="low_confidence",
        when=f"write.confidence < {LOW_CONFIDENCE}",
        effect=Effect.REVIEW,
        because=f"Its confidence {{write.confidence}} is below {LOW_CONFIDENCE}.",
        risk="1.0 - write.confidence",
    ),
    Rule(
        name="unknown_agent",
        when=f"!agent.trusted && agent.standing < {FIRST_WRITES}",
        effect=Effect.REVIEW,
        because="{agent.name} is new here: its first writes wait.",
        risk="0.4",
    ),
)

DEFAULT_POLICY = Policy(DEFAULT_RULES, DEFAULT_LIFETIMES)

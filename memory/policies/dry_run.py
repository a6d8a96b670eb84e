"""What a policy would have done with the last writes, beside what happened to them.

Reads only. The result names memories, codes and counts: never what a memory says.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from uuid import UUID

from memory.models import MemoryVersion
from memory.policies.compiled import CompiledPolicy, decide, must_sign
from memory.policies.facts import Facts
from memory.policies.past import Past, past_writes
from memory.policies.rule import Effect
from memory.signing.errors import SignatureRequiredError

USUAL_WRITES = 200
MOST_WRITES = 2_000
MOST_SHOWN = 100
AT_ONCE = 200
# Seconds. A policy of heavy patterns over long texts is told of fewer writes.
MAX_TIME = 5.0


class Change(StrEnum):
    HELD = "held"
    RELEASED = "released"
    REJECTED = "rejected"
    # Between review and quarantine.
    MOVED = "moved"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Difference:
    memory_id: UUID
    version: int
    change: Change
    was: Effect
    would_be: Effect
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DryRun:
    """`looked_at` is smaller than asked where there are no more, or time ran out.

    `failed` counts writes on which a rule failed. `differences` are the newest, at most MOST_SHOWN.
    """

    policy: int
    looked_at: int
    counts: dict[Change, int]
    failed: int
    differences: tuple[Difference, ...]


def dry_run(policy: CompiledPolicy, *, writes: int = USUAL_WRITES) -> DryRun:
    counts: Counter[Change] = Counter()
    failed = 0
    differences: list[Difference] = []
    for past in _last(min(writes, MOST_WRITES), policy):
        effect, reasons = _would_be(policy, past.facts)
        change = _change(past.effect, effect)
        counts[change] += 1
        failed += "rule_failed" in reasons
        if change is not Change.UNCHANGED and len(differences) < MOST_SHOWN:
            differences.append(
                Difference(past.memory_id, past.version, change, past.effect, effect, reasons)
            )
    return DryRun(
        policy=policy.number,
        looked_at=counts.total(),
        counts={change: counts[change] for change in Change},
        failed=failed,
        differences=tuple(differences),
    )


def _would_be(policy: CompiledPolicy, facts: Facts) -> tuple[Effect, tuple[str, ...]]:
    """The effect and the codes of its reasons."""
    if must_sign(policy, facts.actor) and not facts.was_signed:
        return Effect.REJECT, (SignatureRequiredError.code,)
    ruling = decide(policy, facts)
    return ruling.effect, tuple(reason.code for reason in ruling.reasons)


def _last(writes: int, policy: CompiledPolicy) -> Iterator[Past]:
    """The newest first, some at a time: two thousand opened texts need not stand in memory."""
    until = monotonic() + MAX_TIME
    newest = MemoryVersion.objects.order_by("-id")
    before: UUID | None = None
    while writes > 0 and monotonic() < until:
        older = newest if before is None else newest.filter(id__lt=before)
        versions: Sequence[MemoryVersion] = list(older[: min(AT_ONCE, writes)])
        if not versions:
            return
        before = versions[-1].id
        writes -= len(versions)
        for past in past_writes(versions, policy):
            if monotonic() > until:
                return
            yield past


def _change(was: Effect, would_be: Effect) -> Change:
    if was is would_be:
        return Change.UNCHANGED
    if would_be is Effect.REJECT:
        return Change.REJECTED
    if would_be is Effect.APPROVE:
        return Change.RELEASED
    return Change.HELD if was is Effect.APPROVE else Change.MOVED

"""Which policy rules: asked once per request, compiled once per version and process."""

from collections.abc import Collection
from functools import lru_cache
from uuid import UUID

import structlog

from console.accounts.actor import Actor
from console.platform.errors import InvalidInputError
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id
from memory.models import SHIPPED, LegalHold, Memory, PolicyVersion, State
from memory.policies.compiled import CompiledPolicy, compile_policy
from memory.policies.default import DEFAULT_LIFETIMES, DEFAULT_POLICY
from memory.policies.facts import STANDING_LIMIT, is_known
from memory.policies.parse import parse_policy
from memory.policies.rule import Effect, Policy, Rule

log = structlog.get_logger(__name__)

LATEST = """
SELECT version_id FROM memory_policyactivation WHERE tenant_id = %s ORDER BY id DESC LIMIT 1
"""
STANDING_STATES = [State.ACTIVE, State.EXPIRED, State.SUPERSEDED]
# A stored version that this release cannot read holds every write, and says so.
UNREADABLE = Policy(
    (
        Rule(
            name="policy_failed",
            when="true",
            effect=Effect.REVIEW,
            because="The policy in force cannot be read, so every write waits.",
            risk="0.5",
        ),
    ),
    DEFAULT_LIFETIMES,
)


def policy_in_force() -> CompiledPolicy:
    """The tenant's, or the one that ships. One statement, once compiled."""
    tenant_id = current_tenant_id()
    rows = fetch(LATEST, [tenant_id])
    version_id = rows[0][0] if rows else None
    return shipped_policy() if version_id is None else _compiled(tenant_id, version_id)


@lru_cache(maxsize=1)
def shipped_policy() -> CompiledPolicy:
    return compile_policy(DEFAULT_POLICY, number=SHIPPED)


@lru_cache(maxsize=256)
def _compiled(tenant_id: UUID, version_id: UUID) -> CompiledPolicy:
    return compiled_version(PolicyVersion.objects.get(tenant_id=tenant_id, id=version_id))


def compiled_version(version: PolicyVersion) -> CompiledPolicy:
    try:
        policy = parse_policy(version.body, tried=False)
    except InvalidInputError:
        log.exception("policy_unreadable", policy=version.number)
        policy = UNREADABLE
    return compile_policy(policy, number=version.number)


def standing_of(actor: Actor, policy: CompiledPolicy) -> int:
    """How many of the agent's writes took effect, if this policy asks; see `agent.standing`."""
    if is_known(actor) or "agent.standing" not in policy.asks:
        return STANDING_LIMIT
    written = Memory.objects.filter(agent_id=actor.agent_id, state__in=STANDING_STATES)
    return written[:STANDING_LIMIT].count()


def held_subjects(subject_ids: Collection[UUID | None], policy: CompiledPolicy) -> set[UUID]:
    """Those under legal hold, if this policy asks. One statement."""
    wanted = set(subject_ids) - {None}
    if not wanted or "subject.held" not in policy.asks:
        return set()
    holds = LegalHold.objects.filter(subject_id__in=wanted, released_at__isnull=True)
    return {held for held in holds.values_list("subject_id", flat=True) if held is not None}

"""Who may do what, as one table. A new door asks for a permission; it never asks for a role."""

from enum import StrEnum

from django.db import models


class Permission(StrEnum):
    MEMORY_READ = "memory.read"
    MEMORY_READ_HELD = "memory.read_held"  # pending, quarantined and rejected ones
    MEMORY_RECALL = "memory.recall"
    MEMORY_WRITE = "memory.write"
    MEMORY_EXPIRE = "memory.expire"
    MEMORY_DELETE = "memory.delete"
    REVIEW_READ = "review.read"
    REVIEW_DECIDE = "review.decide"
    REVIEW_OVERRULE = "review.overrule"  # take back what somebody else decided
    HOLD_MANAGE = "hold.manage"  # place and release legal holds
    POLICY_READ = "policy.read"
    POLICY_EDIT = "policy.edit"
    TRACES_INGEST = "traces.ingest"
    TRACES_READ = "traces.read"
    OUTCOME_REPORT = "outcome.report"  # how a run went
    AUDIT_READ = "audit.read"
    AGENT_READ = "agent.read"  # who the agents are, and how they do
    # Whoever watches must be able to stop an agent at once; letting one go on again is a decision
    # about risk, and an owner's. So reviewers freeze, and only owners thaw.
    AGENT_FREEZE = "agent.freeze"
    AGENT_MANAGE = "agent.manage"  # register, name an owner, trust, thaw
    SUBJECT_READ = "subject.read"  # what is held about a person, in figures
    SUBJECT_MANAGE = "subject.manage"  # record the legal basis
    SUBJECT_EXPORT = "subject.export"  # everything about a person, in the clear
    # Take in, approve, refuse, carry out. Reviewers too: of two people who must agree, a tenant
    # with one owner has no other.
    ERASURE_MANAGE = "erasure.manage"
    KEYS_OWN = "keys.own"  # make and revoke one's own personal keys
    KEYS_MANAGE = "keys.manage"  # everybody's, and agents'
    MEMBERS_READ = "members.read"  # who may do what, and the reviews of it
    MEMBERS_MANAGE = "members.manage"
    ACCESS_ATTEST = "access.attest"  # in a review of access
    SNAPSHOT_READ = "snapshot.read"
    SNAPSHOT_MANAGE = "snapshot.manage"
    SETTINGS_READ = "settings.read"
    SETTINGS_MANAGE = "settings.manage"


class Role(models.TextChoices):
    """From the most to the least that somebody may do."""

    OWNER = "owner"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"
    READER = "reader"


_READER = frozenset(
    {
        Permission.MEMORY_READ,
        Permission.TRACES_READ,
        Permission.AGENT_READ,
        Permission.KEYS_OWN,
    }
)
_AUDITOR = _READER | {
    Permission.MEMORY_READ_HELD,
    Permission.REVIEW_READ,
    Permission.POLICY_READ,
    Permission.AUDIT_READ,
    Permission.SNAPSHOT_READ,
    Permission.SETTINGS_READ,
    Permission.SUBJECT_READ,
}
_REVIEWER = _AUDITOR | {
    Permission.AGENT_FREEZE,
    Permission.SUBJECT_MANAGE,
    Permission.ERASURE_MANAGE,
    Permission.REVIEW_DECIDE,
    Permission.SNAPSHOT_MANAGE,
    Permission.MEMORY_RECALL,
    Permission.MEMORY_WRITE,
    Permission.MEMORY_EXPIRE,
    Permission.MEMORY_DELETE,
    Permission.OUTCOME_REPORT,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.REVIEWER: _REVIEWER,
    Role.AUDITOR: _AUDITOR | {Permission.MEMBERS_READ, Permission.ACCESS_ATTEST},
    Role.READER: _READER,
}

# What a key of an agent can be given: an agent is never a reviewer, an auditor or an owner.
AGENT_SCOPES = frozenset(
    {
        Permission.MEMORY_READ,
        Permission.MEMORY_RECALL,
        Permission.MEMORY_WRITE,
        Permission.MEMORY_EXPIRE,
        Permission.MEMORY_DELETE,
        Permission.TRACES_INGEST,
        Permission.TRACES_READ,
        Permission.OUTCOME_REPORT,
    }
)

# What a freeze of an agent takes from its keys. Traces stay: what it does next is evidence.
READING = frozenset({Permission.MEMORY_READ, Permission.MEMORY_RECALL, Permission.TRACES_READ})
WRITING = AGENT_SCOPES - READING - {Permission.TRACES_INGEST}

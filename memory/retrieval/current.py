"""The current version of each memory that was found, opened: one statement, and one for keys."""

from collections.abc import Sequence
from uuid import UUID

from console.accounts.models import Agent, Subject
from console.tenancy.rows import select
from console.tenancy.scope import current_tenant_id
from memory.models import Memory, MemoryVersion, SealedContent
from memory.sealing import open_sealed

# What was retired since it was found is not answered.
ACTIVE = """
FROM memory_memory m
JOIN memory_memoryversion v
  ON v.tenant_id = m.tenant_id AND v.memory_id = m.id AND v.number = m.version
LEFT JOIN memory_sealedcontent c ON c.tenant_id = v.tenant_id AND c.id = v.id
LEFT JOIN accounts_subject s ON s.tenant_id = m.tenant_id AND s.id = m.subject_id
LEFT JOIN accounts_agent a ON a.tenant_id = m.tenant_id AND a.id = m.agent_id
WHERE m.tenant_id = %s AND m.id = ANY(%s::uuid[]) AND m.state = 'active'
"""
TABLES = {"v": MemoryVersion, "m": Memory, "c": SealedContent, "s": Subject, "a": Agent}


def current_versions(memory_ids: Sequence[UUID]) -> dict[UUID, MemoryVersion]:
    """By memory, with its memory, subject and agent. Raises SealBrokenError."""
    pairs = []
    for version, memory, sealed, subject, agent in select(
        TABLES, ACTIVE, [current_tenant_id(), memory_ids]
    ):
        # None is not assigned: it would take the tenant of the row with it.
        if subject:
            memory.subject = subject
        if agent:
            memory.agent = agent
        version.memory = memory
        pairs.append((version, sealed))
    open_sealed(pairs)
    return {version.memory_id: version for version, _ in pairs}

"""What a reviewed memory is like: the nearest one in force, and others that wait as it does."""

from uuid import UUID

from console.platform.clock import now
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id
from memory.models import Memory, ReviewItem

MOST_SIMILAR = 50
# Of a flood from one agent, and of all about one person, so many are compared.
LATEST = 500
# Bits of 64 in which texts differ that a person would call the same but for a word or two; and
# past which nothing is worth being laid beside.
ALIKE, NEAREST = 8, 22

# Those that share a band are of one subject and namespace (`memory.screening.simhash`).
BANDS = """
ours AS MATERIALIZED (
  SELECT * FROM memory_memoryfingerprint WHERE tenant_id = %s AND id = %s
), near AS MATERIALIZED (
  SELECT theirs.id, bit_count((theirs.simhash # ours.simhash)::bit(64)) AS bits
  FROM ours CROSS JOIN LATERAL (
    (SELECT id, simhash FROM memory_memoryfingerprint f
     WHERE f.tenant_id = ours.tenant_id AND f.band_a = ours.band_a LIMIT 50)
    UNION
    (SELECT id, simhash FROM memory_memoryfingerprint f
     WHERE f.tenant_id = ours.tenant_id AND f.band_b = ours.band_b LIMIT 50)
    UNION
    (SELECT id, simhash FROM memory_memoryfingerprint f
     WHERE f.tenant_id = ours.tenant_id AND f.band_c = ours.band_c LIMIT 50)
    UNION
    (SELECT id, simhash FROM memory_memoryfingerprint f
     WHERE f.tenant_id = ours.tenant_id AND f.band_d = ours.band_d LIMIT 50)
  ) theirs
  WHERE theirs.id <> ours.id
)
"""
IN_FORCE = f"""
WITH {BANDS}, about AS MATERIALIZED (
  SELECT m.id FROM memory_memory m
  WHERE m.tenant_id = %s AND m.subject_id = %s AND m.state = 'active'
  ORDER BY m.id DESC LIMIT %s
), beside AS (
  SELECT id, bits FROM near
  UNION
  SELECT f.id, bit_count((f.simhash # ours.simhash)::bit(64)) FROM about CROSS JOIN ours
  JOIN memory_memoryfingerprint f ON f.tenant_id = ours.tenant_id AND f.id = about.id
    AND f.id <> ours.id AND f.key_generation = ours.key_generation
)
SELECT beside.id FROM beside JOIN memory_memory m ON m.tenant_id = %s AND m.id = beside.id
WHERE bits <= %s AND m.state = 'active' AND (m.expires_at IS NULL OR m.expires_at > %s)
ORDER BY bits, beside.id LIMIT 1
"""  # noqa: S608 - constants of ours
# Why they are alike, the closest likeness first: 1 the text, 2 agent and key, 3 what was found.
WAITING = f"""
WITH {BANDS}, lately AS MATERIALIZED (
  SELECT id, memory_id, version FROM memory_reviewitem
  WHERE tenant_id = %s AND agent_id = %s AND status = 'open' ORDER BY id DESC LIMIT %s
), found AS (
  SELECT r.id, 1 AS why FROM near JOIN memory_reviewitem r
    ON r.tenant_id = %s AND r.memory_id = near.id AND r.status = 'open'
  WHERE near.bits <= %s
  UNION ALL
  SELECT l.id, 1 FROM lately l CROSS JOIN ours JOIN memory_memoryfingerprint f
    ON f.tenant_id = %s AND f.id = l.memory_id AND f.key_generation = ours.key_generation
  WHERE bit_count((f.simhash # ours.simhash)::bit(64)) <= %s
  UNION ALL
  SELECT l.id, 2 FROM lately l JOIN memory_memory m
    ON m.tenant_id = %s AND m.id = l.memory_id AND m.key = %s AND m.key <> ''
  UNION ALL
  SELECT l.id, 3 FROM lately l JOIN memory_memoryversion v
    ON v.tenant_id = %s AND v.memory_id = l.memory_id AND v.number = l.version
  WHERE v.finding_codes = %s::varchar[] AND v.finding_codes <> '{{}}'
)
SELECT id, min(why) FROM found WHERE id <> %s GROUP BY id ORDER BY min(why), id LIMIT %s
"""  # noqa: S608


def nearest_in_force(memory: Memory) -> UUID | None:
    """The memory in force that says nearly what this one says, of the same subject and place."""
    tenant = current_tenant_id()
    about = (tenant, memory.subject_id, LATEST)
    rows = fetch(IN_FORCE, [tenant, memory.id, *about, tenant, NEAREST, now()])
    return rows[0][0] if rows else None


def similar_waiting(review: ReviewItem, *, finding_codes: list[str]) -> dict[UUID, int]:
    """Other open reviews like this one, and why, the most alike first."""
    tenant = current_tenant_id()
    rows = fetch(
        WAITING,
        [
            *(tenant, review.memory_id),
            *(tenant, review.agent_id, LATEST),
            *(tenant, ALIKE),
            *(tenant, ALIKE),
            *(tenant, review.memory.key),
            *(tenant, finding_codes),
            *(review.id, MOST_SIMILAR),
        ],
    )
    return dict(rows)

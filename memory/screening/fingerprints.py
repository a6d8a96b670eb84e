"""Keeping the fingerprint of what each memory says."""

from collections.abc import Iterable
from uuid import UUID

import orjson

from console.tenancy.rows import execute
from console.tenancy.scope import current_tenant_id
from memory.screening.simhash import Fingerprint

COLUMNS = ("key_generation", "simhash", "band_a", "band_b", "band_c", "band_d")
KEEP = """
INSERT INTO memory_memoryfingerprint (
  tenant_id, id, key_generation, simhash, band_a, band_b, band_c, band_d)
SELECT tenant_id, id, key_generation, simhash, band_a, band_b, band_c, band_d
FROM json_populate_recordset(NULL::memory_memoryfingerprint, %s::json)
ON CONFLICT (tenant_id, id) DO UPDATE SET
  key_generation = excluded.key_generation, simhash = excluded.simhash,
  band_a = excluded.band_a, band_b = excluded.band_b,
  band_c = excluded.band_c, band_d = excluded.band_d
"""


def keep_fingerprints(fingerprints: Iterable[tuple[UUID, Fingerprint | None]]) -> None:
    """By memory id, in the transaction at hand and by one statement."""
    tenant_id = str(current_tenant_id())
    rows = [
        {"tenant_id": tenant_id, "id": str(memory_id)}
        | dict(zip(COLUMNS, (one.key_generation, one.simhash, *one.bands), strict=True))
        for memory_id, one in fingerprints
        if one is not None
    ]
    if rows:
        execute(KEEP, [orjson.dumps(rows).decode()])

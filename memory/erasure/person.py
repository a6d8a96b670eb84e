"""Whom an erasure is about, and what was made of nothing but what was held about them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id

# About nobody, and every one of its sources is among what is erased. One that is about somebody
# else, or that also draws on others, is theirs too: a person is asked about it instead.
MADE_OF_NOTHING_ELSE = """
SELECT v.memory_id FROM memory_memoryversion v
JOIN memory_memory m ON m.tenant_id = v.tenant_id AND m.id = v.memory_id AND m.version = v.number
WHERE v.tenant_id = %(t)s AND v.derived_from <> '{}' AND v.derived_from && %(from)s::uuid[]
  AND m.subject_id IS NULL AND NOT m.id = ANY(%(all)s::uuid[])
  AND v.derived_from <@ %(all)s::uuid[]
"""
ABOUT = "SELECT id FROM memory_memory WHERE tenant_id = %(t)s AND subject_id = ANY(%(s)s::uuid[])"


@dataclass(frozen=True, slots=True)
class Person:
    """`derived` are memories about nobody that were made, over some steps, of theirs alone.

    `patterns` are PostgreSQL's, of what they are called, while that is known. `request_id` is the
    erasure that is carried out, or looked at.
    """

    subject_ids: tuple[UUID, ...]
    derived: tuple[UUID, ...] = ()
    patterns: tuple[str, ...] = ()
    request_id: UUID | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            "t": current_tenant_id(),
            "s": list(self.subject_ids),
            "d": list(self.derived),
            "p": list(self.patterns),
            "r": self.request_id,
        }


def person_of(subject_ids: Collection[UUID]) -> Person:
    """The same before, within and after an erasure: lineage stays when words go."""
    found = fetch(ABOUT, {"t": current_tenant_id(), "s": list(subject_ids)})
    every = {id_ for (id_,) in found}
    derived: list[UUID] = []
    newest = list(every)
    while newest:
        asked = {"t": current_tenant_id(), "from": newest, "all": list(every)}
        newest = sorted({id_ for (id_,) in fetch(MADE_OF_NOTHING_ELSE, asked)})
        derived += newest
        every |= set(newest)
    return Person(tuple(subject_ids), tuple(derived))

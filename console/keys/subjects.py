"""Subjects by the tenant's own identifiers, made known on first mention.

Whoever was erased is known by a keyed hash only (`console.keys.suppression`): their identifier
leads to what is left of them, a pseudonym whose keys are destroyed, so that whatever would be kept
about them is refused where any erased subject is.
"""

from collections.abc import Collection

from console.accounts.models import Subject
from console.keys.suppression import suppressed_among
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id

BY_EXTERNAL_ID = """
SELECT id, external_id, created_at FROM accounts_subject
WHERE tenant_id = %s AND external_id = ANY(%s::text[])
"""


def subjects_named(external_ids: Collection[str]) -> dict[str, Subject]:
    """By external id. One statement when all are known."""
    if not external_ids:
        return {}
    found = known_subjects(external_ids)
    missing = sorted(set(external_ids) - found.keys())
    if not missing:
        return found
    erased = suppressed_among(missing)
    found |= {name: Subject(id=id_, external_id=name) for name, id_ in erased.items()}
    missing = [name for name in missing if name not in erased]
    # In one order, so that two batches cannot wait for one another in a ring.
    Subject.objects.bulk_create(
        [Subject(external_id=external_id) for external_id in missing], ignore_conflicts=True
    )
    return found | known_subjects(missing)


def known_subjects(external_ids: Collection[str]) -> dict[str, Subject]:
    """Those of them that are known, by external id."""
    rows = fetch(BY_EXTERNAL_ID, [current_tenant_id(), list(external_ids)])
    return {
        external_id: Subject(id=id_, external_id=external_id, created_at=created_at)
        for id_, external_id, created_at in rows
    }

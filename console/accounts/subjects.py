"""Subjects by the tenant's own identifiers, made known on first mention."""

from collections.abc import Collection

from console.accounts.models import Subject


def subjects_named(external_ids: Collection[str]) -> dict[str, Subject]:
    """By external id. One statement when all are known."""
    if not external_ids:
        return {}
    found = _known(external_ids)
    missing = sorted(set(external_ids) - found.keys())
    if not missing:
        return found
    # In one order, so that two batches cannot wait for one another in a ring.
    Subject.objects.bulk_create(
        [Subject(external_id=external_id) for external_id in missing], ignore_conflicts=True
    )
    return found | _known(missing)


def _known(external_ids: Collection[str]) -> dict[str, Subject]:
    rows = Subject.objects.filter(external_id__in=external_ids)
    return {subject.external_id: subject for subject in rows}

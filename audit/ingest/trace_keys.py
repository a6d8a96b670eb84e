"""The keys that seal what spans say, made when a subject is first named."""

from collections.abc import Collection
from uuid import UUID

from audit.trail import Changes, audited
from console.accounts.actor import Actor, system_actor
from console.keys.keyring import Key, make_trace_keys, trace_keys
from console.keys.models import DataKey
from console.tenancy.scope import current_tenant_id


def sealing_keys(subject_ids: Collection[UUID | None]) -> dict[UUID | None, Key]:
    """By subject; without those who were erased. One statement when all are there."""
    keys = trace_keys(subject_ids)
    missing = set(subject_ids) - keys.keys()
    if missing:
        make_keys(actor=system_actor(current_tenant_id(), "ingest"), subject_ids=missing)
        keys = trace_keys(subject_ids)
    return keys


@audited("key.made")
def make_keys(*, actor: Actor, subject_ids: Collection[UUID | None]) -> Changes[DataKey]:  # noqa: ARG001 - the event is theirs
    made: Changes[DataKey] = Changes()
    for key in make_trace_keys(subject_ids):
        made.add(key, {"purpose": key.purpose, "generation": key.generation})
    return made

"""Destroying the keys of a person: from then on nothing that is kept about them can be read.

The keys stay as rows that open nothing: a later write about the subject finds them, and is refused
for good (`console.keys.keyring`).
"""

from audit.trail import Changes, audited
from console.accounts.actor import Actor
from console.accounts.models import Subject
from console.keys.keyring import ERASED, keyring_for
from console.keys.models import DataKey, Purpose
from console.platform.clock import now


@audited("key.destroyed")
def destroy_keys_of(*, actor: Actor, subject: Subject) -> Changes[DataKey]:
    """Every key of the subject. One that never had any is given some first, to be refused by."""
    destroyed: Changes[DataKey] = Changes()
    keyring_for([subject.id])
    living = DataKey.objects.filter(subject_id=subject.id, wrapped__isnull=False)
    living = living.exclude(purpose=Purpose.ERASE)  # goes last: `memory.erasure.closing`
    # Again after each wait: a rotation under way may just have made a successor.
    while keys := list(living.select_for_update(of=("self",)).order_by("id")):
        for key in keys:
            destroyed.add(key, {"purpose": key.purpose, "generation": key.generation})
        living.filter(id__in=[key.id for key in keys]).update(
            wrapped=None, destroyed_at=now(), destroyed_reason=ERASED
        )
    return destroyed

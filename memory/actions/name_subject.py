from collections.abc import Sequence

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.models import Subject
from console.accounts.permissions import Permission
from console.keys.keyring import keyring_for
from console.keys.models import Purpose
from console.platform.errors import InvalidInputError
from memory.models import SubjectName
from memory.screening.names import MOST_NAMES, hash_of_name


@audited("subject.named")
def name_subject(*, actor: Actor, subject: Subject, names: Sequence[str]) -> Subject:
    """Tells by which names a person is known, in place of those told before.

    Screening recognises them in what is written; they cannot be read again. Raises
    InvalidInputError.
    """
    actor.require(Permission.REVIEW_DECIDE)
    if len(names) > MOST_NAMES:
        raise InvalidInputError.on(
            "names",
            "too_many",
            f"A person may have {MOST_NAMES} names here; these are {len(names)}.",
        )
    key = keyring_for().current(Purpose.INDEX).secret
    hashes = {hash_of_name(name, key) for name in names}
    SubjectName.objects.filter(subject_id=subject.id).delete()
    SubjectName.objects.bulk_create(
        [SubjectName(subject_id=subject.id, name_hash=one) for one in sorted(hashes)]
    )
    note(names=len(hashes))
    return subject

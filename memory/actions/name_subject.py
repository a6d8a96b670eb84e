from collections.abc import Sequence

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.models import Subject
from console.accounts.permissions import Permission
from console.keys.keyring import keyring_for
from console.platform.errors import InvalidInputError
from memory.models import SubjectName
from memory.screening.names import MOST_NAMES
from memory.subject_names import set_name


@audited("subject.named")
def name_subject(*, actor: Actor, subject: Subject, names: Sequence[str]) -> Subject:
    """Tells by which names a person is known, in place of those told before.

    Screening recognises them in what is written. Raises InvalidInputError, and ErasedSubjectError
    where nothing may be kept about the subject.
    """
    actor.require(Permission.REVIEW_DECIDE)
    if len(names) > MOST_NAMES:
        raise InvalidInputError.on(
            "names",
            "too_many",
            f"A person may have {MOST_NAMES} names here; these are {len(names)}.",
        )
    keyring = keyring_for([subject.id])
    rows = [SubjectName(subject_id=subject.id) for _ in names]
    for row, name in zip(rows, names, strict=True):
        set_name(row, name, keyring=keyring)
    distinct = {row.name_hash: row for row in rows}
    SubjectName.objects.filter(subject_id=subject.id).delete()
    SubjectName.objects.bulk_create(distinct.values())
    note(names=len(distinct))
    return subject

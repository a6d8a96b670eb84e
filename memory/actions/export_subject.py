from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.models import Subject
from console.accounts.permissions import Permission
from memory.erasure.export import extent_of


@audited("subject.exported")
def export_subject(*, actor: Actor, subject: Subject, comment: str = "") -> Subject:
    """Puts on record that somebody takes away all about a person, before a word of it leaves.

    The document itself is `memory.erasure.export.export_of`.
    """
    actor.require(Permission.SUBJECT_EXPORT)
    note(**extent_of(subject))
    return subject

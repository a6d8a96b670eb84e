"""What a set of new writes is judged by, asked of the database once for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from console.accounts.actor import Actor
from console.accounts.models import Subject
from console.keys.keyring import Keyring, keyring_for
from console.keys.subjects import subjects_named
from memory.policies import CompiledPolicy, Facts, held_subjects, standing_of
from memory.restrictions import restricted_to
from memory.screening import ScreenContext
from memory.screening.contradiction import Place, Standing, standing_at
from memory.screening.gathering import gather
from memory.writes import Write


@dataclass(frozen=True, slots=True)
class Circumstances:
    """`contexts[i]` is what screening knows of the i-th write.

    `held` are subjects under hold, `restricted` those about whom the actor may not write.
    """

    actor: Actor
    at: datetime
    policy: CompiledPolicy
    subjects: dict[str, Subject]
    keyring: Keyring
    standing: Standing
    contexts: list[ScreenContext]
    held: set[UUID]
    restricted: set[UUID]
    agent_standing: int

    def subject_of(self, write: Write) -> Subject | None:
        return self.subjects[write.subject] if write.subject else None

    def facts_of(self, write: Write) -> Facts:
        subject = self.subject_of(write)
        return Facts(
            actor=self.actor,
            write=write,
            standing=self.agent_standing,
            subject_known=subject is not None and subject.created_at < self.at,
            subject_held=subject is not None and subject.id in self.held,
        )


def circumstances_of(
    writes: Sequence[Write], *, actor: Actor, policy: CompiledPolicy, at: datetime
) -> Circumstances:
    """Makes subjects and keys known that are not yet, and holds the places written to."""
    subjects = subjects_named({write.subject for write in writes if write.subject})
    ids = [subjects[write.subject].id if write.subject else None for write in writes]
    keyring = keyring_for(set(ids))
    return Circumstances(
        actor=actor,
        at=at,
        policy=policy,
        subjects=subjects,
        keyring=keyring,
        standing=standing_at(
            Place(subject_id, write.namespace, write.key)
            for write, subject_id in zip(writes, ids, strict=True)
        ),
        contexts=gather(actor=actor, writes=writes, subject_ids=ids, keyring=keyring),
        held=held_subjects(ids, policy),
        restricted=restricted_to(actor, {id_ for id_ in ids if id_ is not None}),
        agent_standing=standing_of(actor, policy),
    )

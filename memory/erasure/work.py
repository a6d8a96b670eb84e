"""One step of one erasure, at hand."""

from dataclasses import dataclass, field, replace

from console.accounts.actor import Actor
from console.keys.keyring import key_for
from console.keys.models import Purpose
from memory.erasure.person import Person, person_of
from memory.erasure.words import Words, called, open_words
from memory.models import ErasureStep, SubjectRequest

FIRST = "collect"


@dataclass(frozen=True, slots=True)
class Work:
    actor: Actor
    request: SubjectRequest
    person: Person
    receipt: ErasureStep

    def words(self) -> Words:
        """In a scope, after the first step and before the last. Raises LostWordsError."""
        first = ErasureStep.objects.get(request_id=self.request.id, name=FIRST)
        key = key_for(Purpose.ERASE, self.request.subject_id)
        if key is None or first.sealed is None:
            raise LostWordsError
        return open_words(bytes(first.sealed), self.request.id, key=key)


def work_on(actor: Actor, request: SubjectRequest, receipt: ErasureStep) -> Work:
    """With what the person is called, for as long as anybody knows. Raises SealBrokenError."""
    person = replace(person_of(request.subject_ids), request_id=request.id)
    if receipt.name == FIRST:
        return Work(actor, request, called(person), receipt)
    work = Work(actor, request, person, receipt)
    try:
        patterns = tuple(work.words().patterns)
    except LostWordsError:
        return work
    return replace(work, person=replace(person, patterns=patterns))


class LostWordsError(RuntimeError):
    """What to look for is gone, and nothing of it was found to be looked for."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one go at a step did; `more` where it is to go on. `limits` as of ErasureStep.

    `named` are rows that no event of their own tells of.
    """

    counts: dict[str, int] = field(default_factory=dict)
    limits: tuple[str, ...] = ()
    more: bool = False
    named: tuple[str, ...] = ()

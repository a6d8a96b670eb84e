"""What is held about a person, store by store: read before anybody approves that it goes."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from console.accounts.models import Subject
from memory.erasure.person import Person, person_of
from memory.erasure.stores import STORES
from memory.erasure.stores.store import SCOPE, run
from memory.erasure.words import called


@dataclass(frozen=True, slots=True)
class StoreHolding:
    """`samples` are masked: first letters, and how long the words are."""

    store: str
    label: str
    count: int
    samples: list[str]
    what_happens: str


def preview_of(
    subject: Subject, also: Collection[UUID] = (), *, request_id: UUID | None = None
) -> list[StoreHolding]:
    """Every store, the empty ones too. `also` are other subjects that are the same person.

    Of the erasure `request_id`: its own words go as well.
    """
    person = person_of([subject.id, *(id_ for id_ in also if id_ != subject.id)])
    person = called(replace(person, request_id=request_id))
    counts = counts_of(person)
    return [
        StoreHolding(store.name, store.label, count, samples, store.what_happens)
        for store in STORES
        for count in [counts[store.name]]
        for samples in [store.samples(person) if count else []]
    ]


def counts_of(person: Person) -> dict[str, int]:
    """What is left, by store: after an erasure 0 everywhere. By one statement."""
    figures = ", ".join(f"({store.counted})" for store in STORES)
    [row] = run(f"{SCOPE} SELECT {figures}", person)
    return {store.name: int(count) for store, count in zip(STORES, row, strict=True)}

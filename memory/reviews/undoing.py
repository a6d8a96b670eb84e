"""What makes it impossible to undo a decision: somebody has built on it, or words are gone."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Max, Q

from console.platform.errors import NotUndoableError
from memory.models import (
    DecisionEffect,
    Memory,
    MemoryTransition,
    MemoryVersion,
    ReviewItem,
    ReviewStatus,
    SealedContent,
    State,
)
from memory.reviews.journal import Before
from memory.screening.contradiction import Place, contradicted, standing_at


def refuse_changed(before: Mapping[UUID, Before], memories: Mapping[UUID, Memory]) -> None:
    """`memories` are locked. Raises NotUndoableError."""
    versions = _versions(before)
    _refuse_erased(before, memories, versions)
    steps = MemoryTransition.objects.standing().filter(memory_id__in=before)
    latest = steps.order_by("memory_id", "-at", "-id").distinct("memory_id")
    last = {step.memory_id: step.id for step in latest}
    numbers = MemoryVersion.objects.filter(memory_id__in=before).values_list("memory_id")
    newest = dict(numbers.annotate(Max("number")))
    for memory_id, one in before.items():
        memory = memories[memory_id]
        if one.transition_id is None:
            changed = (memory.state, memory.version) != (one.state, one.version)
        else:
            changed = last[memory_id] != one.transition_id or newest[memory_id] > one.newest
        if changed:
            raise NotUndoableError(
                f"Memory {memory_id} has been changed since: it is {memory.state}."
            )
    _refuse_contradicted(before, memories, versions)


def refuse_asked_anew(review: ReviewItem, effect: DecisionEffect) -> None:
    """One question is open once: what has been asked again since stays as it was asked."""
    closed = list(ReviewItem.objects.filter(id__in=effect.closed))
    wanted = Q()
    for one in closed:
        wanted |= Q(memory_id=one.memory_id, version=one.version, kind=one.kind)
    wanted |= Q(
        memory_id=review.memory_id, version=effect.review["version"], kind=effect.review["kind"]
    )
    asked = ReviewItem.objects.filter(wanted, status=ReviewStatus.OPEN).exclude(id=review.id)
    if asked.exists():
        raise NotUndoableError("The same is asked anew since: decide that review.")


def _versions(before: Mapping[UUID, Before]) -> dict[UUID, MemoryVersion]:
    """Those that would be in force, by memory, unopened."""
    found = MemoryVersion.objects.filter(memory_id__in=before)
    return {one.memory_id: one for one in found if one.number == before[one.memory_id].version}


def _refuse_erased(
    before: Mapping[UUID, Before],
    memories: Mapping[UUID, Memory],
    versions: Mapping[UUID, MemoryVersion],
) -> None:
    ids = {version.id for version in versions.values()}
    lives = SealedContent.objects.filter(id__in=ids, key__wrapped__isnull=False)
    readable = set(lives.values_list("id", flat=True))
    for memory_id in before:
        if memories[memory_id].state == State.ERASED or versions[memory_id].id not in readable:
            raise NotUndoableError(
                f"The words of memory {memory_id} were erased since: nothing brings them back."
            )


def _refuse_contradicted(
    before: Mapping[UUID, Before],
    memories: Mapping[UUID, Memory],
    versions: Mapping[UUID, MemoryVersion],
) -> None:
    """What would be in force again must not meet what came to say otherwise at its place."""
    back = [
        memories[memory_id]
        for memory_id, one in before.items()
        if one.transition_id is not None and one.state == State.ACTIVE
    ]
    places = {
        memory.id: Place(memory.subject_id, tuple(memory.namespace), memory.key) for memory in back
    }
    standing = standing_at(places.values())
    for memory in back:
        digest = bytes(versions[memory.id].content_digest)
        there = standing.get(places[memory.id], [])
        if otherwise := contradicted(there, digest=digest, beside=list(before)):
            raise NotUndoableError(f"Memory {otherwise[0].id} has come to say otherwise since.")

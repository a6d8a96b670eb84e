"""The only way to reach one object. Absent, another tenant's and forbidden look alike."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from audit.models import AccessKind, Run
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.errors import NotFoundError
from memory.models import (
    HELD_STATES,
    LegalHold,
    Listing,
    Memory,
    MemoryTransition,
    MemoryVersion,
    RetentionReport,
    ReviewItem,
    SavedView,
    State,
    Visibility,
)
from memory.restrictions import is_restricted, runs_about_restricted
from memory.sealing import open_versions
from memory.touches import record_touch, record_touches

NEED_OF_LISTING = {
    Listing.REVIEWS: Permission.REVIEW_READ,
    Listing.RUNS: Permission.TRACES_READ,
    Listing.AUDIT: Permission.AUDIT_READ,
}


def was_in_force() -> Q:
    """A proposal that was expired unapproved has ended, and is no less a proposal."""
    steps = MemoryTransition.objects.standing()
    taken_effect = steps.filter(memory_id=OuterRef("id"), state=State.ACTIVE)
    return Q(state=State.ACTIVE) | Q(
        Exists(taken_effect), state__in=[State.SUPERSEDED, State.EXPIRED]
    )


def visible_memories(actor: Actor) -> QuerySet[Memory]:
    """What the actor may list and read. Held ones: reviewers', and the key's that wrote them."""
    memories = Memory.objects.select_related("subject", "agent")
    if actor.may(Permission.MEMORY_READ_HELD):
        return memories
    if not actor.may(Permission.MEMORY_READ):
        return memories.none()
    readable = was_in_force()
    if actor.api_key_id is not None:
        own = [*HELD_STATES, State.SUPERSEDED, State.EXPIRED]
        readable |= Q(state__in=own, api_key_id=actor.api_key_id)
    memories = memories.filter(readable)
    if actor.agent_id is not None:
        foreign = Q(~Q(agent_id=actor.agent_id), visibility=Visibility.AGENT)
        return memories.exclude(foreign).filter(~is_restricted())
    return memories


def memory_for(
    actor: Actor,
    memory_id: UUID,
    *,
    need: Permission = Permission.MEMORY_READ,
    deleted: bool = False,
) -> Memory:
    """Raises NotFoundError. `deleted` lets those who keep the evidence reach a deleted one."""
    memory = visible_memories(actor).filter(id=memory_id).first()
    if memory is None:
        raise NotFoundError(memory_id, noun="memory")
    if not actor.may(need):
        raise NotFoundError(memory_id, noun="memory")
    if memory.state == State.RETIRED and not deleted:
        raise NotFoundError(memory_id, noun="memory")
    return memory


def read_memory(actor: Actor, memory_id: UUID, *, deleted: bool = False) -> Memory:
    """One memory for somebody who looks at what it says: the look itself is recorded."""
    memory = memory_for(actor, memory_id, deleted=deleted)
    record_touch(actor=actor, memory_id=memory.id, version=memory.version, access=AccessKind.READ)
    return memory


def record_shown(actor: Actor, versions: Iterable[MemoryVersion]) -> None:
    """A list shows what each says, so each is on record as read, though nobody asked for it."""
    record_touches(
        [(version.memory_id, version.number) for version in versions],
        actor=actor,
        access=AccessKind.READ,
        purpose="list",
    )


def visible_versions(actor: Actor, memory: Memory) -> QuerySet[MemoryVersion]:
    """Newest first, not opened. One that never took effect: for reviewers, and for its own key."""
    versions = MemoryVersion.objects.filter(memory_id=memory.id).order_by("-number")
    if actor.may(Permission.MEMORY_READ_HELD):
        return versions
    steps = MemoryTransition.objects.standing()
    in_force = steps.filter(memory_id=memory.id, state=State.ACTIVE)
    return versions.filter(
        Q(number__in=in_force.values("version"))
        | Q(api_key_id=actor.api_key_id, api_key_id__isnull=False)
    )


def visible_numbers(actor: Actor, pairs: Collection[tuple[UUID, int]]) -> set[tuple[UUID, int]]:
    """Which versions of memories that the actor sees it may read, as `visible_versions`."""
    if actor.may(Permission.MEMORY_READ_HELD) or not pairs:
        return set(pairs)
    ids = {memory_id for memory_id, _ in pairs}
    steps = MemoryTransition.objects.standing().filter(memory_id__in=ids, state=State.ACTIVE)
    told = set(steps.values_list("memory_id", "version"))
    if actor.api_key_id is not None:
        own = MemoryVersion.objects.filter(memory_id__in=ids, api_key_id=actor.api_key_id)
        told |= set(own.values_list("memory_id", "number"))
    return told.intersection(pairs)


def untold_sources(actor: Actor, versions: Iterable[MemoryVersion]) -> set[UUID]:
    """Of what the versions were made from, that which is held: not even its id is told."""
    named = {source for version in versions for source in version.derived_from}
    if not named or actor.may(Permission.MEMORY_READ_HELD):
        return set()
    held = Memory.objects.filter(id__in=named, state__in=HELD_STATES)
    told = visible_memories(actor).filter(id__in=named)
    return set(held.exclude(id__in=told.values("id")).values_list("id", flat=True))


def version_for(actor: Actor, memory: Memory, number: int) -> MemoryVersion:
    """Opened. Raises NotFoundError."""
    versions = open_versions(visible_versions(actor, memory).filter(number=number))
    if not versions:
        raise NotFoundError(number, noun="version")
    return versions[0]


def visible_runs(actor: Actor, runs: QuerySet[Run]) -> QuerySet[Run]:
    """What an agent reads of these: not what a restricted person is named in, in whole."""
    return runs if actor.agent_id is None else runs.exclude(id__in=runs_about_restricted())


def run_for(actor: Actor, run_id: UUID) -> Run:
    """Raises NotFoundError. Whether the actor may read runs at all is the door's affair."""
    run = visible_runs(actor, Run.objects.filter(id=run_id)).first()
    if run is None:
        raise NotFoundError(run_id, noun="run")
    return run


def hidden_runs(actor: Actor, run_ids: Collection[UUID]) -> set[UUID]:
    """Which of these `visible_runs` leaves out."""
    if actor.agent_id is None or not run_ids:
        return set()
    return set(runs_about_restricted().filter(run_id__in=run_ids))


def visible_reviews(actor: Actor) -> QuerySet[ReviewItem]:
    reviews = ReviewItem.objects.select_related("memory", "agent", "subject")
    return reviews if actor.may(Permission.REVIEW_READ) else reviews.none()


def review_for(
    actor: Actor, review_id: UUID, *, need: Permission = Permission.REVIEW_READ
) -> ReviewItem:
    review = visible_reviews(actor).filter(id=review_id).first()
    if review is None:
        raise NotFoundError(review_id, noun="review")
    if not actor.may(need):
        raise NotFoundError(review_id, noun="review")
    return review


def visible_views(actor: Actor) -> QuerySet[SavedView]:
    """One's own, and those that others share, of the lists one may read."""
    read = [listing for listing, need in NEED_OF_LISTING.items() if actor.may(need)]
    return SavedView.objects.filter(Q(owner_id=actor.id) | Q(is_shared=True), listing__in=read)


def view_for(actor: Actor, view_id: UUID) -> SavedView:
    view = visible_views(actor).filter(id=view_id).first()
    if view is None:
        raise NotFoundError(view_id, noun="view")
    return view


def visible_holds(actor: Actor) -> QuerySet[LegalHold]:
    holds = LegalHold.objects.select_related("memory__subject", "subject", "agent")
    return holds if actor.may(Permission.AUDIT_READ) else holds.none()


def hold_for(actor: Actor, hold_id: UUID, *, need: Permission = Permission.AUDIT_READ) -> LegalHold:
    hold = visible_holds(actor).filter(id=hold_id).first()
    if hold is None:
        raise NotFoundError(hold_id, noun="hold")
    if not actor.may(need):
        raise NotFoundError(hold_id, noun="hold")
    return hold


def visible_retention_reports(actor: Actor) -> QuerySet[RetentionReport]:
    reports = RetentionReport.objects.all()
    return reports if actor.may(Permission.SETTINGS_READ) else reports.none()


def retention_report_for(actor: Actor, report_id: UUID) -> RetentionReport:
    report = visible_retention_reports(actor).filter(id=report_id).first()
    if report is None:
        raise NotFoundError(report_id, noun="report")
    return report

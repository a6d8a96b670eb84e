"""One memory whole: what it says, what it said, who used it, and what was done to it."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db.models import Q

from audit.models import AccessKind, AuditEvent, MemoryAccess
from audit.usefulness import Use as UseOfMemory
from audit.usefulness import use_of_one
from console.accounts.actor import Actor, ActorKind
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.web.screens.provenance import Provenance, provenance_of
from console.web.screens.versions import passages_of, versions_by_number
from console.web.text import Change, Passage, compare, excerpt
from memory.access import version_for, visible_memories, visible_reviews, visible_versions
from memory.actions.expire import CAN_EXPIRE
from memory.holds import standing_holds
from memory.lineage import derived_from
from memory.models import LegalHold, Memory, MemoryVersion, ReviewItem, ReviewStatus, State
from memory.sealing import open_versions
from memory.signing.stored import (
    StoredSignature,
    stored_signatures,
    verify_stored_signature,
)

NONE = UUID(int=0)  # no row has it
MOST_SHOWN = 20
MOST_READS = 200


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """A memory in a list, as it is, or was. `why` a search found it; `recallable` is of then."""

    memory: Memory
    state: State
    excerpt: str
    expires_at: datetime | None
    why: str = ""
    recallable: bool | None = None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """`changes` against the version before it; none for the first one."""

    version: MemoryVersion
    changes: list[Change]
    is_in_force: bool
    can_restore: bool
    signed: StoredSignature | None


@dataclass(frozen=True, slots=True)
class Use:
    """`times` reads in a row by one reader; `access` is the latest of them."""

    access: MemoryAccess
    times: int


@dataclass(frozen=True, slots=True)
class Usefulness:
    """What came of it; `corrections` of its `versions` were written by people after the first."""

    use: UseOfMemory
    corrections: int
    versions: int

    @property
    def judged(self) -> int:
        return self.use.successes + self.use.failures


@dataclass(frozen=True, slots=True)
class MemoryScreen:
    memory: Memory
    state: State
    version: MemoryVersion
    signed: StoredSignature | None
    passages: list[Passage]
    provenance: Provenance
    versions: list[VersionRow]
    uses: list[Use]
    usefulness: Usefulness | None
    events: list[AuditEvent]
    reviews: list[ReviewItem]
    sources: list[MemoryRow]
    derived: list[MemoryRow]
    supersedes: list[Memory]
    superseded_by: Memory | None
    holds: list[LegalHold]
    can_revise: bool
    can_expire: bool
    can_delete: bool


def memory_rows(memories: list[Memory]) -> list[MemoryRow]:
    texts = versions_by_number((memory.id, memory.version) for memory in memories)
    moment = now()
    return [
        MemoryRow(
            memory,
            memory.state_at(moment),
            excerpt(texts[memory.id, memory.version].content, 160),
            memory.expires_at,
        )
        for memory in memories
    ]


def memory_screen(actor: Actor, memory: Memory) -> MemoryScreen:
    state = memory.state_at(now())
    can_revise = state is State.ACTIVE and actor.may(Permission.MEMORY_WRITE)
    versions = open_versions(visible_versions(actor, memory)[: MOST_SHOWN + 1])
    shown = version_for(actor, memory, memory.version)
    others = visible_memories(actor)
    derived = derived_from([memory.id])
    holds = list(standing_holds(memory).select_related("subject")[:MOST_SHOWN])
    return MemoryScreen(
        memory=memory,
        state=state,
        version=shown,
        signed=verify_stored_signature(shown),
        passages=passages_of(shown),
        provenance=provenance_of(actor, shown),
        versions=_version_rows(memory, versions, can_restore=can_revise),
        uses=_uses(actor, memory),
        usefulness=usefulness_of(actor, memory),
        events=_events(actor, memory),
        reviews=list(
            visible_reviews(actor)
            .filter(memory_id=memory.id, status=ReviewStatus.OPEN)
            .order_by("-id")[:MOST_SHOWN]
        ),
        sources=memory_rows(list(others.filter(id__in=shown.derived_from)[:MOST_SHOWN])),
        derived=memory_rows(list(others.filter(id__in=derived.values("id"))[:MOST_SHOWN])),
        supersedes=list(others.filter(id__in=[*memory.replaces, memory.supersedes_id or NONE])),
        superseded_by=others.filter(_took_place_of(memory)).first(),
        holds=holds,
        can_revise=can_revise,
        can_expire=not holds and state in CAN_EXPIRE and actor.may(Permission.MEMORY_EXPIRE),
        can_delete=not holds
        and state not in {State.RETIRED, State.ERASED}
        and actor.may(Permission.MEMORY_DELETE),
    )


def _took_place_of(memory: Memory) -> Q:
    """Named by one memory, or merged with others into one that was derived from all of them."""
    merged = Q(id__in=derived_from([memory.id]).values("id"), replaces__contains=[memory.id])
    return Q(supersedes_id=memory.id) | merged


def _version_rows(
    memory: Memory, versions: list[MemoryVersion], *, can_restore: bool
) -> list[VersionRow]:
    rows = []
    signed = stored_signatures(versions)
    for version, before in zip(versions, [*versions[1:], None], strict=True):
        is_in_force = version.number == memory.version
        changes = compare(before.content, version.content) if before else []
        rows.append(
            VersionRow(
                version=version,
                changes=changes,
                is_in_force=is_in_force,
                can_restore=can_restore and not is_in_force,
                signed=signed.get(version.id),
            )
        )
    return rows[:MOST_SHOWN]


def _uses(actor: Actor, memory: Memory) -> list[Use]:
    """The latest reads; one after another by the same reader for the same purpose count as one."""
    if not actor.may(Permission.TRACES_READ):
        return []
    reads = MemoryAccess.objects.filter(memory_id=str(memory.id), access=AccessKind.READ)
    latest = reads.order_by("-at")[:MOST_READS]
    alike = groupby(latest, key=lambda read: (read.agent, read.version, read.purpose))
    runs = [list(group) for _, group in alike]
    return [Use(run[0], len(run)) for run in runs[:MOST_SHOWN]]


def usefulness_of(actor: Actor, memory: Memory) -> Usefulness | None:
    if not actor.may(Permission.TRACES_READ):
        return None
    authors = visible_versions(actor, memory).values_list("number", "author_kind")
    versions = list(authors)
    corrections = sum(number > 1 and kind == ActorKind.USER for number, kind in versions)
    return Usefulness(use_of_one(memory.id), corrections, len(versions))


def _events(actor: Actor, memory: Memory) -> list[AuditEvent]:
    if not actor.may(Permission.AUDIT_READ):
        return []
    return list(AuditEvent.objects.filter(object_id=memory.id).order_by("-id")[:MOST_SHOWN])

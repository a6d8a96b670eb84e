"""Screening anew what is stored: what is left to look at, and what today's rules see in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from console.accounts.actor import Actor, ActorKind
from console.keys.keyring import keyring_for
from console.platform.clock import now
from console.platform.errors import DomainError
from console.platform.ids import first_id_of, uuid7
from memory.models import (
    ABOUT_IN_FORCE,
    Memory,
    MemoryVersion,
    ReviewItem,
    ReviewStatus,
    ScreeningRun,
    State,
)
from memory.screening import DETECTOR_FAILED, Finding, screen
from memory.screening.gathering import gather
from memory.screening.rules import rules_digest
from memory.screening.simhash import Fingerprint
from memory.sealing import open_versions
from memory.writes import as_written

BATCH = 100
# What is in force, and what a person may put in force.
LOOKED_AT = (State.ACTIVE, State.PENDING, State.QUARANTINED)


class ScreeningBrokenError(DomainError):
    code = "screening_broken"
    http_status = 503


@dataclass(frozen=True, slots=True)
class Doubt:
    """What screening sees today in a version, and did not see when it was written."""

    memory: Memory
    version: MemoryVersion
    findings: list[Finding]

    @property
    def is_poison(self) -> bool:
        return any(finding.severity == "quarantine" for finding in self.findings)

    @property
    def quarantines(self) -> bool:
        """Whether the memory leaves: a revision that only waits takes nothing with it."""
        return (
            self.is_poison
            and self.memory.version == self.version.number
            and self.memory.state != State.QUARANTINED
        )


@dataclass(frozen=True, slots=True)
class Looked:
    """What became of a batch: what is doubted, and the fingerprints of all of it."""

    doubts: list[Doubt]
    fingerprints: list[tuple[UUID, Fingerprint | None]]


def new_run(since: datetime | None) -> ScreeningRun:
    run = ScreeningRun(
        rules=rules_digest(),
        since=since,
        after_id=first_id_of(since) if since else UUID(int=0),
        until_id=uuid7(),
        total=0,
    )
    run.total = left_of(run).count()
    return run


def advance(run: ScreeningRun, batch: Sequence[Memory], *, quarantined: int, reviews: int) -> None:
    run.looked_at += len(batch)
    run.quarantined += quarantined
    run.reviews += reviews
    if len(batch) < BATCH:
        run.ended_at = now()
    else:
        run.after_id = batch[-1].id


def unfinished_screening() -> ScreeningRun | None:
    return ScreeningRun.objects.filter(ended_at__isnull=True).order_by("-id").first()


def is_screening_due() -> bool:
    """Whether anything stored has not been looked at by the rules of today."""
    last = ScreeningRun.objects.filter(since__isnull=True).order_by("-id").first()
    if last is not None:
        return bytes(last.rules) != rules_digest()
    return Memory.objects.filter(state__in=LOOKED_AT).exists()


def left_of(run: ScreeningRun) -> QuerySet[Memory]:
    """What is in force or waits for a person, and is not yet looked at, in order."""
    found = Memory.objects.filter(state__in=LOOKED_AT, id__gt=run.after_id, id__lte=run.until_id)
    return found.select_related("subject").order_by("id")


def next_batch(left: QuerySet[Memory]) -> list[Memory]:
    return list(left[:BATCH])


def preview_screening(*, actor: Actor, since: datetime | None = None) -> Iterator[ScreeningRun]:
    """What a run would find, after each batch; nothing is saved."""
    run = new_run(since)
    while not run.is_ended:
        batch = next_batch(left_of(run))
        doubts = look_at(batch, actor=actor).doubts
        poison = sum(one.quarantines for one in doubts)
        advance(run, batch, quarantined=poison, reviews=len(doubts) - poison)
        yield run


def look_at(memories: Sequence[Memory], *, actor: Actor) -> Looked:
    """Screens `memories` by today's rules: what is in force, and what waits. Changes nothing."""
    by_id = {memory.id: memory for memory in memories}
    versions = _versions_of(by_id)
    writes = [as_written(by_id[version.memory_id], version) for version in versions]
    subject_ids = [by_id[version.memory_id].subject_id for version in versions]
    contexts = gather(
        actor=actor, writes=writes, subject_ids=subject_ids, keyring=keyring_for(set(subject_ids))
    )
    decided = _codes_told(versions)
    doubts, fingerprints = [], []
    for version, write, context in zip(versions, writes, contexts, strict=True):
        memory = by_id[version.memory_id]
        by_agent = version.author_kind == ActorKind.AGENT
        findings = screen(write.content, replace(context, by_agent=by_agent))
        if any(finding.code == DETECTOR_FAILED for finding in findings):
            # At a write it holds that write. Here it would empty the memory.
            raise ScreeningBrokenError("A detector failed: nothing was changed. See the log.")
        new = [
            finding
            for finding in findings
            if finding.severity != "note" and finding.code not in decided[version.id]
        ]
        if new:
            doubts.append(Doubt(memory, version, new))
        if version.number == memory.version:
            fingerprints.append((memory.id, context.fingerprint))
    return Looked(doubts, fingerprints)


def _versions_of(memories: Mapping[UUID, Memory]) -> list[MemoryVersion]:
    """Those that readers get, and those that a decision would put in their place."""
    held = ReviewItem.objects.filter(memory_id__in=memories, status=ReviewStatus.OPEN)
    wanted = set(held.exclude(kind__in=ABOUT_IN_FORCE).values_list("memory_id", "version"))
    wanted |= {(memory.id, memory.version) for memory in memories.values()}
    found = MemoryVersion.objects.filter(memory_id__in=memories).order_by("id")
    opened = open_versions(one for one in found if (one.memory_id, one.number) in wanted)
    return [version for version in opened if not version.opened.is_erased]


def _codes_told(versions: Sequence[MemoryVersion]) -> dict[UUID, set[str]]:
    """By version, what was seen in it before: people have decided upon that, or will."""
    told = {version.id: set(version.finding_codes) for version in versions}
    ids = {(version.memory_id, version.number): version.id for version in versions}
    for review in ReviewItem.objects.filter(memory_id__in={one.memory_id for one in versions}):
        if (version_id := ids.get((review.memory_id, review.version))) is not None:
            told[version_id] |= {reason["code"] for reason in review.reasons}
    return told

"""Screening anew what is stored: what is left to look at, and what today's rules see in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from console.accounts.actor import Actor, ActorKind
from console.keys.keyring import keyring_for
from console.platform.clock import now
from console.platform.errors import DomainError
from console.platform.ids import first_id_of, uuid7
from memory.models import Memory, MemoryVersion, ReviewItem, ScreeningRun, State
from memory.screening import DETECTOR_FAILED, Finding, screen
from memory.screening.gathering import gather
from memory.screening.rules import rules_digest
from memory.screening.simhash import Fingerprint
from memory.sealing import open_versions
from memory.writes import Write

BATCH = 100


class ScreeningBrokenError(DomainError):
    code = "screening_broken"
    http_status = 503


@dataclass(frozen=True, slots=True)
class Doubt:
    """What screening sees today in a memory in force, and did not see when it was written."""

    memory: Memory
    version: MemoryVersion
    findings: list[Finding]

    @property
    def is_poison(self) -> bool:
        return any(finding.severity == "quarantine" for finding in self.findings)


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
    return Memory.objects.filter(state=State.ACTIVE).exists()


def left_of(run: ScreeningRun) -> QuerySet[Memory]:
    """What is in force and not yet looked at, in order."""
    return Memory.objects.filter(
        state=State.ACTIVE, id__gt=run.after_id, id__lte=run.until_id
    ).order_by("id")


def next_batch(left: QuerySet[Memory]) -> list[Memory]:
    return list(left[:BATCH])


def preview_screening(*, actor: Actor, since: datetime | None = None) -> Iterator[ScreeningRun]:
    """What a run would find, after each batch; nothing is saved."""
    run = new_run(since)
    while not run.is_ended:
        batch = next_batch(left_of(run))
        doubts = look_at(batch, actor=actor).doubts
        poison = sum(one.is_poison for one in doubts)
        advance(run, batch, quarantined=poison, reviews=len(doubts) - poison)
        yield run


def look_at(memories: Sequence[Memory], *, actor: Actor) -> Looked:
    """Screens what is in force of `memories` by today's rules. Changes nothing."""
    numbers = {memory.id: memory.version for memory in memories}
    versions = {
        version.memory_id: version
        for version in open_versions(MemoryVersion.objects.filter(memory_id__in=numbers))
        if version.number == numbers[version.memory_id] and not version.opened.is_erased
    }
    told = [memory for memory in memories if memory.id in versions]
    writes = [_as_written(memory, versions[memory.id]) for memory in told]
    subject_ids = [memory.subject_id for memory in told]
    contexts = gather(
        actor=actor, writes=writes, subject_ids=subject_ids, keyring=keyring_for(set(subject_ids))
    )
    decided = _codes_told(versions)
    doubts = []
    for memory, write, context in zip(told, writes, contexts, strict=True):
        version = versions[memory.id]
        by_agent = version.author_kind == ActorKind.AGENT
        findings = screen(write.content, replace(context, by_agent=by_agent))
        if any(finding.code == DETECTOR_FAILED for finding in findings):
            # At a write it holds that write. Here it would empty the memory.
            raise ScreeningBrokenError("A detector failed: nothing was changed. See the log.")
        new = [
            finding
            for finding in findings
            if finding.severity != "note" and finding.code not in decided[memory.id]
        ]
        if new:
            doubts.append(Doubt(memory, version, new))
    fingerprints = [
        (memory.id, context.fingerprint) for memory, context in zip(told, contexts, strict=True)
    ]
    return Looked(doubts, fingerprints)


def _codes_told(versions: dict[UUID, MemoryVersion]) -> dict[UUID, set[str]]:
    """By memory, what was seen in its version before: people have decided upon that, or will."""
    told = {memory_id: set(version.finding_codes) for memory_id, version in versions.items()}
    for review in ReviewItem.objects.filter(memory_id__in=versions):
        if review.version == versions[review.memory_id].number:
            told[review.memory_id] |= {reason["code"] for reason in review.reasons}
    return told


def _as_written(memory: Memory, version: MemoryVersion) -> Write:
    return Write(
        content=version.content,
        value=version.value,
        source=version.source,
        key=memory.key,
        namespace=tuple(memory.namespace),
        metadata=version.metadata,
        derived_from=tuple(version.derived_from),
    )

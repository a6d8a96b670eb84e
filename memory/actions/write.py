from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from typing_extensions import override

from audit.models import AccessKind
from audit.trail import Changes, audited
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.keys.keyring import Keyring
from console.platform.clock import now
from console.platform.errors import DomainError, InvalidInputError, RestrictedSubjectError
from console.tenancy.rows import insert_rows, one_round_trip
from memory.access import visible_memories
from memory.circumstances import Circumstances, circumstances_of
from memory.lifecycle import new_version, transition
from memory.models import Memory, SealedContent, State
from memory.policies import (
    must_sign,
    policy_in_force,
)
from memory.proposals import WriteOutcome, assess, record_proposed, review_of
from memory.replacing import Replaceable, check_replaced, end_all_replaced, replaceable
from memory.retrieval.index import IndexEntry, store_entries
from memory.screening import ScreenContext
from memory.screening.contradiction import Place
from memory.screening.fingerprints import keep_fingerprints
from memory.screening.simhash import Fingerprint
from memory.signing.statement import Operation, Target
from memory.signing.verify import Proof, keep_proofs, refusing_replays, verify_signatures
from memory.writes import Write


@dataclass(frozen=True, slots=True)
class Proposed:
    """One write as rows yet to be saved."""

    outcome: WriteOutcome
    words: SealedContent
    fingerprint: Fingerprint | None


class Written(Changes[WriteOutcome]):
    """What became of each write, in the order given: its outcome, or what refused it."""

    def __init__(self, *, actor: Actor, keyring: Keyring) -> None:
        super().__init__()
        self.results: list[WriteOutcome | DomainError] = []
        self.proposed: list[Proposed] = []
        self.actor = actor
        self.keyring = keyring

    @override
    @contextmanager
    def saving(self) -> Iterator[None]:
        with refusing_replays(), one_round_trip():
            _save(self.proposed, keyring=self.keyring, actor=self.actor)
            yield
        end_all_replaced((outcome.memory for outcome in self.changed), actor=self.actor)


def write_memory(*, actor: Actor, write: Write) -> WriteOutcome:
    """Remembers something: at once, or held for a person. Raises what refused it."""
    [result] = write_memories(actor=actor, writes=[write]).results
    if isinstance(result, DomainError):
        raise result
    return result


@audited("memory.written", savepoint=False)
def write_memories(*, actor: Actor, writes: Sequence[Write]) -> Written:
    """Remembers several things. Each stands by itself: one that is refused stops no other."""
    actor.require(Permission.MEMORY_WRITE)
    moment = now()
    known = readable_ancestors(writes, actor=actor)
    among = replaceable(writes, actor=actor)
    policy = policy_in_force()
    proofs = verify_signatures(
        [write.signed for write in writes],
        actor=actor,
        target=Target(Operation.WRITE),
        required=must_sign(policy, actor),
        at=moment,
    )
    checked = [
        proof
        if isinstance(proof, DomainError)
        else _refused(write, known=known, among=among, actor=actor, proof=proof, at=moment) or proof
        for write, proof in zip(writes, proofs, strict=True)
    ]
    sound = [
        write
        for write, proof in zip(writes, checked, strict=True)
        if not isinstance(proof, DomainError)
    ]
    circumstances = circumstances_of(sound, actor=actor, policy=policy, at=moment)
    contexts = iter(circumstances.contexts)
    written = Written(actor=actor, keyring=circumstances.keyring)
    for write, proof in zip(writes, checked, strict=True):
        if isinstance(proof, DomainError):
            written.results.append(proof)
            continue
        try:
            one = _propose(write, proof, next(contexts), circumstances)
        except DomainError as error:
            written.results.append(error)
            continue
        written.proposed.append(one)
        written.results.append(one.outcome)
        written.add(one.outcome, one.outcome.notes)
    return written


def _refused(
    write: Write,
    *,
    known: set[UUID],
    among: Replaceable,
    actor: Actor,
    proof: Proof | None,
    at: datetime,
) -> DomainError | None:
    """What is wrong with a write in itself, before anything is made for it."""
    try:
        check_times(write, at=at)
        check_lineage(write, known=known)
        check_replaced(write, among=among, actor=actor, proof=proof)
    except DomainError as error:
        return error
    return None


def _propose(
    write: Write, proof: Proof | None, context: ScreenContext, circumstances: Circumstances
) -> Proposed:
    actor, moment = circumstances.actor, circumstances.at
    subject = circumstances.subject_of(write)
    subject_id = subject.id if subject else None
    if subject_id in circumstances.restricted:
        raise RestrictedSubjectError
    assessment = assess(
        facts=circumstances.facts_of(write),
        policy=circumstances.policy,
        subject_id=subject_id,
        keyring=circumstances.keyring,
        standing=circumstances.standing,
        context=context,
        beside=write.supersedes,
    )
    write = assessment.write
    memory = Memory(
        namespace=list(write.namespace),
        key=write.key,
        run=write.run,
        kind=write.kind,
        tier=write.tier,
        visibility=write.visibility,
        state=assessment.ruling.state,
        subject_id=subject_id,
        agent_id=actor.agent_id,
        api_key_id=actor.api_key_id,
        metadata=write.metadata,
        confidence=write.confidence,
        importance=write.importance,
        valid_from=write.valid_from,
        valid_to=write.valid_to,
        expires_at=assessment.ruling.expires_at(asked=write.expires_at, at=moment),
        ttl=assessment.ruling.renewable(asked=write.expires_at),
        replaces=list(write.supersedes),
        retention=int(assessment.ruling.retention.total_seconds()),
        created_at=moment,
        updated_at=moment,
    )
    if subject is not None:
        memory.subject = subject  # known already: whoever answers need not fetch it
    version, words = new_version(
        actor=actor,
        memory=memory,
        write=write,
        findings=assessment.findings,
        number=1,
        keyring=circumstances.keyring,
        original=assessment.original,
        proof=proof,
    )
    memory.content_digest = version.content_digest
    if memory.state == State.ACTIVE and memory.key:
        # What is in force from here on is what a later write of the same set contradicts.
        place = Place(subject_id, write.namespace, write.key)
        circumstances.standing[place].insert(0, memory)
    review = review_of(actor=actor, memory=memory, version=version, assessment=assessment)
    outcome = WriteOutcome(memory, version, assessment.ruling, review, proof)
    return Proposed(outcome, words, context.fingerprint)


def _save(proposed: Sequence[Proposed], *, keyring: Keyring, actor: Actor) -> None:
    outcomes = [one.outcome for one in proposed]
    insert_rows([outcome.memory for outcome in outcomes])
    insert_rows([outcome.version for outcome in outcomes])
    insert_rows([one.words for one in proposed])
    insert_rows([transition(actor=actor, memory=outcome.memory) for outcome in outcomes])
    keep_proofs((outcome.proof, outcome.version) for outcome in outcomes)
    keep_fingerprints((one.outcome.id, one.fingerprint) for one in proposed)
    store_entries(
        [
            IndexEntry(outcome.memory, outcome.version)
            for outcome in outcomes
            if outcome.memory.state == State.ACTIVE
        ],
        keyring=keyring,
    )
    record_proposed(outcomes, actor=actor, access=AccessKind.WRITE)


def check_times(write: Write, *, at: datetime) -> None:
    if write.expires_at is not None and write.expires_at <= at:
        raise InvalidInputError.on("expires_at", "in_the_past", "expires_at lies in the past.")
    if write.valid_from and write.valid_to and write.valid_to <= write.valid_from:
        raise InvalidInputError.on(
            "valid_to", "ends_before_it_begins", "valid_to must lie after valid_from."
        )


def readable_ancestors(writes: Sequence[Write], *, actor: Actor) -> set[UUID]:
    """Those memories the writes derive from that the actor may read."""
    wanted = {ancestor for write in writes for ancestor in write.derived_from}
    if not wanted:
        return set()
    return set(visible_memories(actor).filter(id__in=wanted).values_list("id", flat=True))


def check_lineage(write: Write, *, known: set[UUID]) -> None:
    """Every memory it derives from is one the actor may read."""
    if missing := set(write.derived_from) - known:
        raise InvalidInputError.on(
            "derived_from",
            "unknown_memory",
            f"There is no memory {min(missing)} here to derive from.",
        )

from datetime import datetime

from audit.models import AccessKind
from audit.trail import audited
from console.accounts.actor import Actor
from console.accounts.models import Subject
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import InvalidInputError
from memory.access import visible_memories
from memory.lifecycle import append_version, record_transition
from memory.models import Memory, State
from memory.policies import expiry_of
from memory.proposals import WriteOutcome, assess, open_review, record_outcome
from memory.retrieval.index import refresh_index
from memory.writes import Write


@audited("memory.written")
def write_memory(*, actor: Actor, write: Write) -> WriteOutcome:
    """Remembers something: at once, or held for a person. Raises InvalidInputError."""
    actor.require(Permission.MEMORY_WRITE)
    moment = now()
    check_times(write, at=moment)
    check_lineage(write, actor=actor)
    subject = subject_of(write.subject)
    subject_id = subject.id if subject else None
    assessment = assess(actor=actor, write=write, subject_id=subject_id)
    memory = Memory.objects.create(
        namespace=list(write.namespace),
        key=write.key,
        kind=write.kind,
        tier=write.tier,
        visibility=write.visibility,
        state=assessment.ruling.state,
        subject=subject,
        agent_id=actor.agent_id,
        api_key_id=actor.api_key_id,
        metadata=write.metadata,
        confidence=write.confidence,
        valid_from=write.valid_from,
        valid_to=write.valid_to,
        expires_at=expiry_of(kind=write.kind, tier=write.tier, asked=write.expires_at, at=moment),
        created_at=moment,
        updated_at=moment,
    )
    version = append_version(
        actor=actor, memory=memory, write=write, findings=assessment.findings, number=1
    )
    record_transition(actor=actor, memory=memory)
    review = None
    if memory.state == State.ACTIVE:
        refresh_index(memory, version)
    else:
        review = open_review(actor=actor, memory=memory, version=version, assessment=assessment)
    outcome = WriteOutcome(memory, version, assessment.ruling, review)
    record_outcome(outcome, actor=actor, access=AccessKind.WRITE)
    return outcome


def subject_of(external_id: str) -> Subject | None:
    """The subject, made known on first mention."""
    if not external_id:
        return None
    subject, _ = Subject.objects.get_or_create(external_id=external_id)
    return subject


def check_times(write: Write, *, at: datetime) -> None:
    if write.expires_at is not None and write.expires_at <= at:
        raise InvalidInputError.on("expires_at", "in_the_past", "expires_at lies in the past.")
    if write.valid_from and write.valid_to and write.valid_to <= write.valid_from:
        raise InvalidInputError.on(
            "valid_to", "ends_before_it_begins", "valid_to must lie after valid_from."
        )


def check_lineage(write: Write, *, actor: Actor) -> None:
    """Every memory it derives from is one the actor may read."""
    wanted = set(write.derived_from)
    known = set(visible_memories(actor).filter(id__in=wanted).values_list("id", flat=True))
    if missing := wanted - known:
        raise InvalidInputError.on(
            "derived_from",
            "unknown_memory",
            f"There is no memory {min(missing)} here to derive from.",
        )

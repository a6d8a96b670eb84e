from audit.models import AccessKind
from audit.trail import audited
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import StaleVersionError, WrongStateError
from memory.actions.write import check_lineage, check_times
from memory.lifecycle import append_version, enter, lock
from memory.models import Memory, State
from memory.proposals import WriteOutcome, assess, open_review, record_outcome
from memory.writes import Write


@audited("memory.revised")
def revise_memory(
    *, actor: Actor, memory: Memory, write: Write, expected_version: int, reason: str = ""
) -> WriteOutcome:
    """Proposes the next version; in force at once, or held while the present one stays.

    Raises StaleVersionError when `expected_version` is no longer the one in force, and
    WrongStateError when the memory is not active.
    """
    return propose_version(
        actor=actor, memory=memory, write=write, expected_version=expected_version, reason=reason
    )


def propose_version(
    *, actor: Actor, memory: Memory, write: Write, expected_version: int, reason: str
) -> WriteOutcome:
    actor.require(Permission.MEMORY_WRITE)
    moment = now()
    memory = lock(memory)
    state = memory.state_at(moment)
    if state is not State.ACTIVE:
        raise WrongStateError(f"The memory is {state}; only an active one can be changed.")
    if memory.version != expected_version:
        raise StaleVersionError(
            f"You changed version {expected_version}; version {memory.version} is in force."
            " Read it again, then repeat your change."
        )
    check_times(write, at=moment)
    check_lineage(write, actor=actor)
    assessment = assess(actor=actor, write=write, subject_id=memory.subject_id, beside=memory.id)
    version = append_version(actor=actor, memory=memory, write=write, findings=assessment.findings)
    review = None
    if assessment.ruling.effect == "approve":
        enter(
            actor=actor,
            memory=memory,
            state=State.ACTIVE,
            version=version,
            expires_at=write.expires_at,
            reason=reason,
        )
    else:
        review = open_review(actor=actor, memory=memory, version=version, assessment=assessment)
    outcome = WriteOutcome(memory, version, assessment.ruling, review)
    record_outcome(outcome, actor=actor, access=AccessKind.UPDATE)
    return outcome

from dataclasses import replace

from audit.models import AccessKind
from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.keys.keyring import keyring_for
from console.platform.clock import now
from console.platform.errors import StaleVersionError, WrongStateError
from memory.actions.write import check_lineage, check_times, readable_ancestors
from memory.lifecycle import append_version, enter, lock
from memory.lineage import named_before, refuse_circle
from memory.models import Memory, State
from memory.policies import Facts, held_subjects, must_sign, policy_in_force, standing_of
from memory.proposals import WriteOutcome, assess, record_proposed, review_of
from memory.screening.contradiction import Place, standing_at
from memory.screening.fingerprints import keep_fingerprints
from memory.screening.gathering import gather
from memory.signing.statement import Operation, Target
from memory.signing.verify import refuse_downgrade, verify_signature
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
        actor=actor,
        memory=memory,
        write=write,
        target=Target(Operation.CHANGE, memory.id, expected_version),
        expected_version=expected_version,
        reason=reason,
    )


def propose_version(
    *,
    actor: Actor,
    memory: Memory,
    write: Write,
    target: Target,
    expected_version: int,
    reason: str,
) -> WriteOutcome:
    """`target` is what a signature must have been made for."""
    actor.require(Permission.MEMORY_WRITE)
    moment = now()
    policy = policy_in_force()
    proof = verify_signature(
        write.signed, actor=actor, target=target, required=must_sign(policy, actor), at=moment
    )
    memory = lock(memory)
    if proof is None:
        refuse_downgrade(actor, memory)
    state = memory.state_at(moment)
    if state is not State.ACTIVE:
        raise WrongStateError(f"The memory is {state}; only an active one can be changed.")
    if memory.version != expected_version:
        raise StaleVersionError(
            f"You changed version {expected_version}; version {memory.version} is in force."
            " Read it again, then repeat your change."
        )
    check_times(write, at=moment)
    check_lineage(write, known=readable_ancestors([write], actor=actor) | named_before(memory))
    refuse_circle(memory.id, write.derived_from)
    keyring = keyring_for([memory.subject_id])
    [context] = gather(
        actor=actor,
        writes=[write],
        subject_ids=[memory.subject_id],
        keyring=keyring,
        revised=memory.id,
    )
    place = Place(memory.subject_id, write.namespace, write.key)
    assessment = assess(
        facts=Facts(
            actor=actor,
            write=replace(write, subject=memory.subject.external_id if memory.subject else ""),
            standing=standing_of(actor, policy),
            subject_known=memory.subject_id is not None,
            subject_held=bool(held_subjects([memory.subject_id], policy)),
            revision=True,
        ),
        policy=policy,
        subject_id=memory.subject_id,
        keyring=keyring,
        standing=standing_at([place]),
        context=context,
        beside=[memory.id],
    )
    version = append_version(
        actor=actor,
        memory=memory,
        write=assessment.write,
        findings=assessment.findings,
        original=assessment.original,
        proof=proof,
    )
    review = review_of(actor=actor, memory=memory, version=version, assessment=assessment)
    if review is None:
        enter(
            actor=actor,
            memory=memory,
            state=State.ACTIVE,
            version=version,
            expires_at=assessment.ruling.expires_at(
                asked=write.expires_at or memory.expires_at, at=moment
            ),
            reason=reason,
        )
    keep_fingerprints([(memory.id, context.fingerprint)])
    outcome = WriteOutcome(memory, version, assessment.ruling, review, proof)
    record_proposed([outcome], actor=actor, access=AccessKind.UPDATE)
    note(**outcome.notes)
    return outcome

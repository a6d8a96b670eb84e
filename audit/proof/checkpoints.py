"""Making and reading the checkpoints of the tenant at hand."""

from audit.models import Checkpoint
from audit.proof.notes import Signer, key_ids_of, note_of, origin_of, signed
from audit.proof.sequence import log_size
from audit.proof.tiles import compact_range
from audit.trail import append
from console.accounts.actor import system_actor
from console.keys.keyring import log_keys, make_log_key
from console.platform.clock import now
from console.tenancy.scope import current_tenant_id


def newest_checkpoint() -> Checkpoint | None:
    return Checkpoint.objects.order_by("-number").first()


def make_checkpoint() -> Checkpoint | None:
    """Signs what the log is now; needs `lock_log`. None where it is as it was.

    The first of a tenant makes its key, which is an event and so waits for the next one.
    """
    size, before = log_size(), newest_checkpoint()
    if size == (before.size if before else 0):
        return None
    origin, root = origin_of(current_tenant_id()), compact_range(size).root
    # A clock that was set back must not make an honest log look re-dated.
    made_at = max(now(), before.made_at) if before else now()
    number = before.number + 1 if before else 1
    note = before.note if before else None
    body = note_of(origin=origin, size=size, root=root, number=number, made_at=made_at, before=note)
    return Checkpoint.objects.create(
        number=number, size=size, root=root, note=signed(body, _signers(note)), made_at=made_at
    )


def signers() -> list[Signer]:
    """The keys that signed checkpoints of the tenant at hand, that which signs now first."""
    name = origin_of(current_tenant_id())
    return [Signer(name, key.secret) for key in log_keys()]


def _signers(before: str | None) -> list[Signer]:
    """The newest key; and with it, the first time, those it takes over from."""
    current, *others = signers() or first_signers()
    told = key_ids_of(before) if before else set()
    if current.key_id in told:
        return [current]
    return [current, *(signer for signer in others if signer.key_id in told)]


def first_signers() -> list[Signer]:
    make_log_key()
    made = signers()
    append(
        actor=system_actor(current_tenant_id(), "sequence_audit"),
        kind="log.opened",
        object_kind="tenant",
        object_id=current_tenant_id(),
        payload={"key_id": made[0].key_id.hex()},
    )
    return made

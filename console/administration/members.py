"""Who belongs to a tenant, in which role. A change holds from the person's next request on."""

from uuid import UUID

from audit.trail import audited, note
from console.accounts.actor import Actor, ActorKind
from console.accounts.models import ApiKey, Membership, User
from console.accounts.permissions import Permission, Role
from console.administration.keys import revoke_key
from console.platform.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
)


class LastOwnerError(ConflictError):
    code = "last_owner"
    title = "A workspace keeps an owner: make somebody else one first"


def add_member(*, actor: Actor, user: User, role: Role, added_by: UUID | None = None) -> Membership:
    """`added_by` is who let the person in, where that is not the actor."""
    if added_by is None and actor.kind is ActorKind.USER:
        added_by = actor.id
    return _add(actor=actor, user=user, role=role, added_by=added_by)


@audited("member.added")
def _add(*, actor: Actor, user: User, role: Role, added_by: UUID | None) -> Membership:
    note(user_id=str(user.id), role=role)
    return Membership.objects.create(user=user, role=role, added_by_id=added_by)


@audited("member.role_changed")
def change_role(*, actor: Actor, membership: Membership, role: Role) -> Membership:
    """Raises LastOwnerError, and NotPermittedError where somebody would raise themselves."""
    actor.require(Permission.MEMBERS_MANAGE)
    member = _locked(membership.id)
    before = Role(member.role)
    if role == before:
        raise InvalidInputError.on("role", "unchanged", "That is their role already.")
    if member.user_id == actor.id and _rank(role) < _rank(before):
        raise NotPermittedError("Nobody raises their own role: ask another owner.")
    _spare_the_last_owner(member)
    member.role = role
    member.save(update_fields=["role"])
    note(user_id=str(member.user_id), before=before, role=role)
    return member


@audited("member.removed")
def remove_member(*, actor: Actor, membership: Membership) -> Membership:
    """With their personal keys, which must not come back to life with them.

    Raises LastOwnerError.
    """
    actor.require(Permission.MEMBERS_MANAGE)
    member = _locked(membership.id)
    _spare_the_last_owner(member)
    for key in ApiKey.objects.filter(user_id=member.user_id, revoked_at__isnull=True):
        revoke_key(actor=actor, key=key)
    note(user_id=str(member.user_id), role=member.role)
    # By the row's own id: delete() on the instance would empty the key that the event names.
    Membership.objects.filter(id=member.id).delete()
    return member


def _locked(membership_id: UUID) -> Membership:
    """With every owner's row, always in one order: two who part at once must not both go."""
    list(Membership.objects.select_for_update().filter(role=Role.OWNER).order_by("id"))
    member = Membership.objects.select_for_update().filter(id=membership_id).first()
    if member is None:
        raise NotFoundError(membership_id, noun="member")
    return member


def _spare_the_last_owner(member: Membership) -> None:
    if member.role != Role.OWNER:
        return
    if not Membership.objects.filter(role=Role.OWNER).exclude(id=member.id).exists():
        raise LastOwnerError


def _rank(role: Role) -> int:
    return list(Role).index(role)

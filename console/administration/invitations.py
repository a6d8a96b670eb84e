"""Somebody is let in by a link that works once, and only for the address it was made for."""

from dataclasses import dataclass, field
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from audit.trail import audited, note
from console.accounts.actor import Actor, ActorKind
from console.accounts.key_text import INVITATION_SCHEME, KeyText, new_key
from console.accounts.models import Invitation, Membership, User
from console.accounts.models.invitation import LIFETIME
from console.accounts.permissions import Permission, Role
from console.administration.members import add_member
from console.platform.clock import now
from console.platform.errors import (
    FieldProblem,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
    WrongStateError,
)

GONE = "This invitation was used, withdrawn or is too old. Ask for a new one."


@dataclass(frozen=True, slots=True)
class IssuedInvitation:
    """An invitation and the text that its link ends with, which is shown once."""

    invitation: Invitation
    text: str = field(repr=False)

    audit_kind = "invitation"

    @property
    def id(self) -> UUID:
        return self.invitation.id


@audited("member.invited")
def invite_member(*, actor: Actor, email: str, role: Role) -> IssuedInvitation:
    """Takes the place of the address's open invitation, if there is one."""
    actor.require(Permission.MEMBERS_MANAGE)
    email = email.strip().lower()
    if Membership.objects.filter(user__email=email).exists():
        raise InvalidInputError.on("email", "already_member", "They are a member already.")
    Invitation.objects.filter(email=email, ended_at__isnull=True).update(ended_at=now())
    text = new_key(actor.tenant_id, INVITATION_SCHEME)
    invitation = Invitation.objects.create(
        email=email,
        role=role,
        prefix=text.prefix,
        digest=text.digest,
        invited_by_id=actor.id if actor.kind is ActorKind.USER else None,
        expires_at=now() + LIFETIME,
    )
    note(role=role, prefix=text.prefix)
    return IssuedInvitation(invitation, text.reveal())


@audited("member.invitation_withdrawn")
def withdraw_invitation(*, actor: Actor, invitation: Invitation) -> Invitation:
    actor.require(Permission.MEMBERS_MANAGE)
    ended = Invitation.objects.filter(id=invitation.id, ended_at__isnull=True)
    if not ended.update(ended_at=now()):
        raise WrongStateError(GONE)
    note(prefix=invitation.prefix)
    return invitation


def invitation_of(text: KeyText) -> Invitation:
    """Inside the tenant that the link names. Raises NotFoundError, the same for every cause."""
    found = Invitation.objects.select_related("invited_by").filter(prefix=text.prefix).first()
    if found is None or not text.matches(bytes(found.digest)) or not found.is_open:
        raise NotFoundError(noun="invitation")
    return found


def accept_invitation(*, invitation: Invitation, user: User) -> Membership:
    """By the person whom it was made for. Raises NotPermittedError for anybody else."""
    if user.email != invitation.email:
        raise NotPermittedError("This invitation is for another address.")
    # Compare and set: a link that is opened twice at once lets one in.
    taken = Invitation.objects.filter(id=invitation.id, ended_at__isnull=True)
    if not taken.update(ended_at=now()):
        raise WrongStateError(GONE)
    newcomer = Actor(
        kind=ActorKind.USER,
        id=user.id,
        tenant_id=invitation.tenant_id,
        label=str(user),
        permissions=frozenset(),
    )
    return add_member(
        actor=newcomer,
        user=user,
        role=Role(invitation.role),
        added_by=invitation.invited_by_id,
    )


def open_account(*, invitation: Invitation, name: str, password: str) -> User:
    """An account for an address that has none. Raises InvalidInputError on a weak password."""
    if User.objects.filter(email=invitation.email).exists():
        raise WrongStateError("This address has an account: sign in to it.")
    try:
        validate_password(password, User(email=invitation.email, name=name))
    except ValidationError as error:
        raise InvalidInputError(
            "The password is too weak.",
            problems=[FieldProblem("password", "weak", text) for text in error.messages],
        ) from error
    user = User.objects.create_user(invitation.email, password, name)
    # Whoever holds the link need not be who reads the mail: nobody has vouched for that yet.
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    return user

"""A person's account, and the provider that now vouches for their address."""

from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from audit.trail import audited, note
from console.accounts.actor import Actor, ActorKind
from console.accounts.models import Membership, User
from console.tenancy.scope import person_scope, tenant_scope


def link_identity(*, user: User, provider: str) -> None:
    """Their first sign-in through a provider, told to every tenant they belong to.

    Whoever opened the account by an invitation's link may not have been the one who reads the
    address's mail. What they set up then, a password, passkeys and sessions, ends here.
    """
    unproved = EmailAddress.objects.filter(user=user, verified=False)
    if unproved.exists():
        user.set_unusable_password()
        user.save(update_fields=["password"])
        Authenticator.objects.filter(user=user).delete()
        for session in UserSession.objects.filter(user=user):
            session.end()
        unproved.update(verified=True)
    with person_scope(user.id):
        tenants = list(Membership.of_person.filter(user=user).values_list("tenant_id", flat=True))
    for tenant_id in tenants:
        with tenant_scope(tenant_id):
            _linked(actor=_person(user, tenant_id), user=user, provider=provider)


@audited("member.identity_linked")
def _linked(*, actor: Actor, user: User, provider: str) -> Membership:
    note(user_id=str(user.id), provider=provider)
    return Membership.objects.get(user=user)


def _person(user: User, tenant_id: UUID) -> Actor:
    return Actor(
        kind=ActorKind.USER,
        id=user.id,
        tenant_id=tenant_id,
        label=str(user),
        permissions=frozenset(),
    )

"""A person's account: the provider that now vouches for its address, and its second factors."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Count

from audit.trail import audited, note
from console.accounts.actor import Actor, ActorKind, system_actor
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
        _sign_out(user)
        unproved.update(verified=True)
    for tenant_id in _tenants_of(user):
        with tenant_scope(tenant_id):
            _linked(actor=_person(user, tenant_id), user=user, provider=provider)


@audited("member.identity_linked")
def _linked(*, actor: Actor, user: User, provider: str) -> Membership:
    note(user_id=str(user.id), provider=provider)
    return Membership.objects.get(user=user)


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """What a person has, by type; their sessions; and the tenants that are told of a change."""

    by_type: Mapping[str, int]
    sessions: int
    tenants: list[UUID]


def second_factors_of(user: User) -> SecondFactors:
    counts = Authenticator.objects.filter(user=user).values_list("type").annotate(Count("id"))
    sessions = UserSession.objects.filter(user=user).count()
    return SecondFactors(dict(counts.order_by("type")), sessions, _tenants_of(user))


def reset_second_factor(*, user: User, comment: str) -> SecondFactors:
    """For whoever lost their device: the password alone signs in again, and nobody is signed in.

    Told to every tenant they belong to. For an operator only: no page and no API does this.
    """
    with transaction.atomic():
        taken = second_factors_of(user)
        Authenticator.objects.filter(user=user).delete()
        _sign_out(user)
        for tenant_id in taken.tenants:
            with tenant_scope(tenant_id):
                actor = system_actor(tenant_id, "reset_second_factor")
                _reset(actor=actor, user=user, taken=taken.by_type, comment=comment)
    return taken


@audited("member.second_factor_reset")
def _reset(*, actor: Actor, user: User, taken: Mapping[str, int], comment: str) -> Membership:
    note(user_id=str(user.id), taken=dict(taken))
    return Membership.objects.get(user=user)


def _sign_out(user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()


def _tenants_of(user: User) -> list[UUID]:
    with person_scope(user.id):
        return list(Membership.of_person.filter(user=user).values_list("tenant_id", flat=True))


def _person(user: User, tenant_id: UUID) -> Actor:
    return Actor(
        kind=ActorKind.USER,
        id=user.id,
        tenant_id=tenant_id,
        label=str(user),
        permissions=frozenset(),
    )

"""Sign-ins that failed, told to every tenant the person could have entered."""

from uuid import UUID

from audit.models import Outcome
from audit.trail import append
from console.accounts.authentication import actor_of_member
from console.accounts.models import Membership, User
from console.tenancy.scope import person_scope, tenant_scope


def tell_refused_sign_in(user_id: UUID) -> None:
    """Of nobody, nothing is told: a stranger belongs to no tenant."""
    with person_scope(user_id):
        mine = Membership.of_person.filter(user_id=user_id)
        tenant_ids = list(mine.values_list("tenant_id", flat=True))
        user = User.objects.filter(id=user_id).first()
    for tenant_id in tenant_ids:
        with tenant_scope(tenant_id):
            actor = actor_of_member(user, tenant_id) if user else None
            if actor is not None:
                append(
                    kind="session.refused",
                    actor=actor,
                    outcome=Outcome.REFUSED,
                    reason="wrong_password",
                )

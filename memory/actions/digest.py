from audit.trail import audited
from console.accounts.actor import Actor, ActorKind
from console.accounts.permissions import Permission
from console.platform.errors import NotPermittedError, WrongStateError
from memory.models import DigestSubscription


@audited("digest.subscribed")
def subscribe_digest(*, actor: Actor) -> DigestSubscription:
    """From tomorrow on: once a day by e-mail what waits for review. Raises WrongStateError."""
    actor.require(Permission.REVIEW_DECIDE)
    if actor.kind != ActorKind.USER:
        raise NotPermittedError("Only a person reads e-mail.")
    subscription, is_new = DigestSubscription.objects.get_or_create(user_id=actor.id)
    if not is_new:
        raise WrongStateError("You get the digest already.")
    return subscription


@audited("digest.unsubscribed")
def unsubscribe_digest(*, actor: Actor) -> DigestSubscription:
    """Raises WrongStateError."""
    subscription = DigestSubscription.objects.filter(user_id=actor.id).first()
    if subscription is None:
        raise WrongStateError("You do not get the digest.")
    DigestSubscription.objects.filter(id=subscription.id).delete()
    return subscription

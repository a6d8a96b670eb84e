"""The keys that somebody sees."""

from django.db.models import QuerySet

from console.accounts.actor import Actor
from console.accounts.models import ApiKey
from console.accounts.permissions import Permission


def visible_keys(actor: Actor) -> QuerySet[ApiKey]:
    """One's own; everybody's and the agents' for those who manage keys."""
    keys = ApiKey.objects.select_related("agent", "user", "created_by")
    if actor.may(Permission.KEYS_MANAGE):
        return keys
    return keys.filter(user_id=actor.id)

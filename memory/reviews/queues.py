"""The queues that there are: those configured, and those that only a policy names."""

from collections.abc import Iterable

from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.errors import NotFoundError
from memory.models import ReviewItem, ReviewQueue, ReviewStatus
from memory.models.review_queue import GENERAL, GENERAL_LABEL
from memory.policies import policy_in_force

MOST_QUEUES = 200


def queues_named(names: Iterable[str]) -> dict[str, ReviewQueue]:
    """Each as configured, or with the usual figures where nobody has configured it."""
    wanted = set(names)
    configured = {queue.name: queue for queue in ReviewQueue.objects.filter(name__in=wanted)}
    return {name: configured.get(name) or ReviewQueue(name=name) for name in wanted}


def names_in_policy() -> dict[str, str]:
    """Where the policy in force sends work: each queue with the first rule that names it."""
    named: dict[str, str] = {}
    for one in policy_in_force().rules:
        if one.rule.queue:
            named.setdefault(one.rule.queue, one.rule.name)
    return named


def queue_for(actor: Actor, label: str) -> ReviewQueue:
    """As configured; unsaved and with the usual figures where it is only in use. NotFoundError."""
    name = GENERAL if label == GENERAL_LABEL else label
    if not actor.may(Permission.SETTINGS_READ):
        raise NotFoundError(label, noun="queue")
    queue = ReviewQueue.objects.filter(name=name).first()
    if queue is not None:
        return queue
    waiting = ReviewItem.objects.filter(status=ReviewStatus.OPEN, queue=name)
    if name == GENERAL or name in names_in_policy() or waiting.exists():
        return ReviewQueue(name=name)
    raise NotFoundError(label, noun="queue")

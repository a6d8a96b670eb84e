"""The queues that there are: those configured, and those that only a policy names."""

from collections.abc import Iterable

from memory.models import ReviewQueue

MOST_QUEUES = 200


def queues_named(names: Iterable[str]) -> dict[str, ReviewQueue]:
    """Each as configured, or with the usual figures where nobody has configured it."""
    wanted = set(names)
    configured = {queue.name: queue for queue in ReviewQueue.objects.filter(name__in=wanted)}
    return {name: configured.get(name) or ReviewQueue(name=name) for name in wanted}

from django.db import IntegrityError

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.errors import ConflictError, InvalidInputError, NotFoundError, WrongStateError
from memory.models import ReviewItem, ReviewQueue, ReviewStatus
from memory.models.review_queue import GENERAL, GENERAL_LABEL
from memory.policies.values import optional_name
from memory.reviews.figures import QueueFigures, figures_of
from memory.reviews.queues import MOST_QUEUES, names_in_policy


@audited("queue.saved")
def save_queue(
    *, actor: Actor, name: str, figures: QueueFigures, description: str = ""
) -> ReviewQueue:
    """Makes the queue of that name, or changes it: for what is opened from now on.

    Raises InvalidInputError, ConflictError.
    """
    actor.require(Permission.SETTINGS_MANAGE)
    _check_name(name)
    queue = ReviewQueue.objects.select_for_update().filter(name=name).first()
    if queue is None and ReviewQueue.objects.count() >= MOST_QUEUES:
        raise ConflictError(f"There are {MOST_QUEUES} queues: delete one first.")
    note(
        queue=name,
        before=figures_of(queue).as_dict() if queue else None,
        after=figures.as_dict(),
    )
    queue = queue or ReviewQueue(name=name)
    queue.description = description
    for figure, value in figures.as_dict().items():
        setattr(queue, figure, value)
    try:
        queue.save()
    except IntegrityError as error:  # two people made it at the same moment
        raise ConflictError("Somebody just made a queue of that name: look again.") from error
    return queue


@audited("queue.deleted")
def delete_queue(*, actor: Actor, queue: ReviewQueue) -> ReviewQueue:
    """Only one that nothing waits in and no rule names. Raises WrongStateError, NotFoundError."""
    actor.require(Permission.SETTINGS_MANAGE)
    queue = _unused(queue)
    note(queue=queue.name, before=figures_of(queue).as_dict())
    ReviewQueue.objects.filter(id=queue.id).delete()
    return queue


def _unused(queue: ReviewQueue) -> ReviewQueue:
    """Locked. Raises WrongStateError where it is in use."""
    locked = ReviewQueue.objects.select_for_update().filter(id=queue.id).first()
    if locked is None:
        raise NotFoundError(queue.id, noun="queue")
    if locked.name == GENERAL:
        return locked  # it stays, with the usual figures
    waiting = ReviewItem.objects.filter(status=ReviewStatus.OPEN, queue=locked.name)[:1000].count()
    if waiting:
        items = "1 item waits" if waiting == 1 else f"{waiting} items wait"
        raise WrongStateError(f"{items} in this queue: decide them first.")
    rule = names_in_policy().get(locked.name)
    if rule is not None:
        raise WrongStateError(f"The policy's rule {rule} sends work here: change it first.")
    return locked


def _check_name(name: str) -> None:
    try:
        optional_name(name)
    except ValueError as error:
        raise InvalidInputError.on("name", "invalid", str(error)) from error
    if name == GENERAL_LABEL:
        detail = "The general queue has no name: leave it empty to change that one."
        raise InvalidInputError.on("name", "reserved", detail)

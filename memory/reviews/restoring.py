"""Which versions of a memory a reviewer may put back in force."""

from memory.models import Memory, MemoryTransition, ReviewItem, State


def numbers_in_force(memory: Memory) -> set[int]:
    """Of the versions that are, or were, in force."""
    steps = MemoryTransition.objects.standing().filter(memory_id=memory.id, state=State.ACTIVE)
    return set(steps.values_list("version", flat=True))


def earlier_in_force(review: ReviewItem) -> list[int]:
    """Those before what is reviewed that no longer are in force, the latest first."""
    memory = review.memory
    if not review.is_open or review.version == 1:
        return []
    in_force = memory.version if memory.state == State.ACTIVE else None
    numbers = numbers_in_force(memory) - {in_force, review.version}
    return sorted((number for number in numbers if number < review.version), reverse=True)

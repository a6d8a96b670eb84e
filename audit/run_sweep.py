"""Runs whose root nobody waits for any more are closed.

Pages know them without it (`audit.models.run_state`); it keeps the index of the runs that are not
over as small as they are few.
"""

from audit.models import Run
from audit.models.run_state import root_given_up
from console.platform.clock import now

MOST_AT_ONCE = 1_000


def give_up_roots() -> int:
    """Closes some in the tenant at hand; how many. What a batch holds is alive."""
    lost = Run.objects.filter(root_given_up(now())).order_by("id")
    held = lost.select_for_update(skip_locked=True, of=("self",))
    ids = list(held.values_list("id", flat=True)[:MOST_AT_ONCE])
    return Run.objects.filter(id__in=ids).update(root_given_up=True) if ids else 0

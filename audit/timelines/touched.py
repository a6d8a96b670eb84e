"""The memories a whole run touched."""

from audit.models import MemoryAccess, Run, Trace
from audit.timelines.memory_mark import CLOCK_SKEW, MemoryMark, mark_of


def first_marks(run: Run, limit: int) -> list[MemoryMark]:
    """Each memory once per kind of access, as it was first touched. One query."""
    traces = Trace.objects.filter(run_id=run.id).values("trace_id")
    accesses = (
        MemoryAccess.objects.filter(trace_id__in=traces, at__gte=run.first_seen - CLOCK_SKEW)
        .order_by("memory_id", "access", "at", "rank")
        .distinct("memory_id", "access")
    )
    first = sorted(accesses[:limit], key=lambda access: (access.at, access.rank or 0))
    return [mark_of(access) for access in first]

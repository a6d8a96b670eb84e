"""Whether runs go well."""

from audit.timelines.runs import RunFilter, find_runs
from console.web.forms.filters import midnight
from console.web.quantities import bounded
from console.web.screens.posture.tile import Tile, address, counted, day

WEEK = 7


def run_tile() -> Tile:
    first = day(WEEK - 1)
    recent = find_runs(RunFilter(since=midnight(first)))
    failed = counted(recent.filter(error_count__gt=0))
    return Tile(
        "Runs with errors",
        bounded(failed),
        f"of {bounded(counted(recent))} in {WEEK} days",
        address("run-list", error="some", since=first.isoformat()),
        "warn" if failed else "neutral",
    )

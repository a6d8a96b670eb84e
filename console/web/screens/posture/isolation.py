"""Whether the walls between tenants were looked through, and held."""

from datetime import timedelta

from django.db.models import Count

from console.platform.clock import now
from console.web.quantities import relative
from console.web.screens.posture.tile import Tile, address, plural, unchecked
from memory.models import IsolationProbe

# Beat looks every ten minutes: after this long something is wrong with it.
STALE_AFTER = timedelta(hours=1)
LABEL = "Cross-tenant leaks"


def isolation_tile() -> Tile:
    probes = IsolationProbe.objects.order_by("-id")
    last, href = probes.first(), address("isolation-list")
    if last is None:
        return unchecked(LABEL, href, asks="isolation never probed")
    leaked = probes.exclude(leaks=[]).aggregate(count=Count("id"))["count"]
    ago = relative(last.at - now())
    if leaked:
        told = f"{plural(leaked, 'probe')} saw through a wall between tenants"
        seen = address("isolation-list", result="leaked")
        return Tile(LABEL, f"{leaked:,}", f"last probed {ago}", seen, "danger", told)
    if last.is_blind:
        told = "the isolation probe is blind"
        return Tile(LABEL, "blind", f"probed {ago}", href, "warn", told)
    note = f"probed {ago}, {plural(last.looks, 'look')}"
    if now() - last.at > STALE_AFTER:
        return Tile(LABEL, "0", note, href, "warn", f"isolation last probed {ago}")
    return Tile(LABEL, "0", note, href, "ok")

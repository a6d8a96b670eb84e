"""Whether what happened is on record, and when what is stored was last checked."""

from datetime import timedelta

from audit.event_filter import EventFilter, find_events
from audit.models import AuditEvent
from console.platform.clock import now
from console.web.forms.filters import midnight
from console.web.quantities import bounded, relative
from console.web.screens.posture.tile import Tile, address, counted, day, plural, unchecked

# Beat checks once a day: after this long something is wrong with it.
STALE_AFTER = timedelta(days=2)


def evidence_tiles() -> list[Tile]:
    return [_trail(), _verified()]


def _trail() -> Tile:
    """The log is append-only. It is sealed in no tree yet, and nothing here says so."""
    today = counted(find_events(EventFilter(since=midnight(day(0)))))
    newest = AuditEvent.objects.order_by("-id").values_list("recorded_at", flat=True).first()
    note = f"on the trail, last {relative(newest - now())}" if newest else "nothing on record yet"
    href = address("audit-list", since=day(0).isoformat())
    return Tile("Events today", bounded(today), note, href)


def _verified() -> Tile:
    """When the memories were last compared with their seals, and what that found."""
    label, href = "Memories verified", address("audit-list", kind="memory.verified")
    checks = AuditEvent.objects.filter(kind="memory.verified")
    last = checks.order_by("-id").values_list("recorded_at", "payload").first()
    if last is None:
        return unchecked(label, href, asks="memories never verified")
    at, payload = last
    ago = relative(at - now())
    broken = int(payload.get("problems", 0))
    if broken:
        told = f"{plural(broken, 'problem')} in memories"
        return Tile(label, f"{broken:,}", f"found {ago}: do not hold", href, "danger", told)
    note = f"{plural(int(payload.get('versions', 0)), 'version')} hold, {ago}"
    if now() - at > STALE_AFTER:
        return Tile(label, "intact", note, href, "warn", f"memories last verified {ago}")
    return Tile(label, "intact", note, href, "ok")

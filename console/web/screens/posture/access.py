"""When somebody last looked at all that was granted, and whether it is time again."""

from console.access_review.standing import EVERY, access_review_standing
from console.platform.clock import now
from console.web.quantities import relative
from console.web.screens.posture.tile import Tile, address, plural, tenant_age

LABEL = "Access reviewed"


def access_tile() -> Tile:
    standing, href = access_review_standing(), address("access-review-list")
    note = f"due every {EVERY.days} days"
    if standing.open:
        note = f"under way: {plural(standing.unanswered, 'grant')} without an answer"
    if standing.last is None:
        if tenant_age() < EVERY:
            return Tile(LABEL, "not yet", note, href)
        return Tile(LABEL, "never", note, href, "warn", "access never reviewed")
    ago = relative(standing.last - now())
    if now() - standing.last > EVERY:
        return Tile(LABEL, ago, note, href, "warn", f"access last reviewed {ago}")
    return Tile(LABEL, ago, note, href, "ok")

"""How long a memory lives when nobody says: nothing lives forever by accident."""

from datetime import datetime, timedelta

from memory.models import Kind, Tier

DEFAULT_TTL: dict[Kind, timedelta] = {
    Kind.PREFERENCE: timedelta(days=365),
    Kind.FACT: timedelta(days=180),
    Kind.SUMMARY: timedelta(days=90),
    Kind.EVENT: timedelta(days=90),
    Kind.PROCEDURE: timedelta(days=365),
    Kind.DOCUMENT: timedelta(days=365),
}
WORKING_TTL = timedelta(days=1)
MAX_TTL = timedelta(days=3650)


def expiry_of(*, kind: Kind, tier: Tier, asked: datetime | None, at: datetime) -> datetime:
    if asked is not None:
        return min(asked, at + MAX_TTL)
    return at + (WORKING_TTL if tier is Tier.WORKING else DEFAULT_TTL[kind])

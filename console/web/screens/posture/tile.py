"""A figure, the list behind it, and what it asks of somebody."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.urls import reverse

from console.platform.clock import now
from console.tenancy.models import Tenant
from console.tenancy.scope import current_tenant_id
from console.web.quantities import MOST_COUNTED

# What draws the eye first.
SEVERITIES = ("danger", "warn", "hold")
DAY = timedelta(days=1)
# By then beat has looked at all there is to look at, in a new tenant too.
FIRST_CHECKS = timedelta(hours=1)

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Tile:
    """`asks` is a clause for whoever has to do something about it: `4 keys end soon`."""

    label: str
    value: str
    note: str
    href: str
    tone: str = "neutral"
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Headline:
    """The posture in a sentence, and what it is made of, the gravest first."""

    sentence: str
    concerns: list[Tile]

    @property
    def tone(self) -> str:
        return self.concerns[0].tone if self.concerns else "ok"


def unchecked(label: str, href: str, *, asks: str) -> Tile:
    """What is checked by itself and was not yet: news only where the tenant is older than that."""
    if tenant_age() < FIRST_CHECKS:
        return Tile(label, "not yet", "checked by itself within the hour", href)
    return Tile(label, "never", "is the worker running?", href, "warn", asks)


def tenant_age() -> timedelta:
    """A new one is not reproached with what nobody could have done yet."""
    made = Tenant.objects.values_list("created_at", flat=True).get(id=current_tenant_id())
    return now() - made


def headline(tiles: list[Tile]) -> Headline:
    asking = [tile for tile in tiles if tile.asks and tile.tone in SEVERITIES]
    concerns = sorted(asking, key=lambda tile: SEVERITIES.index(tile.tone))
    if not concerns:
        return Headline("Nothing needs you now", [])
    if len(concerns) == 1:
        return Headline("One thing needs you", concerns)
    return Headline(f"{len(concerns)} things need you", concerns)


def counted(rows: QuerySet[M]) -> int:
    """How many; past MOST_COUNTED it stops at one more."""
    return rows.order_by()[: MOST_COUNTED + 1].count()


def plural(count: int, one: str, many: str = "") -> str:
    """`1 key`, `2 keys`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def address(page: str, **filters: str) -> str:
    query = urlencode(filters)
    return f"{reverse(page)}?{query}" if query else reverse(page)


def day(back: int) -> date:
    """So many days ago in UTC, as lists count them."""
    return (now() - back * DAY).date()

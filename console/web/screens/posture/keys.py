"""Keys that end soon, and those whose rotation is under way."""

from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.keys.models import DataKey, SigningKey
from console.web.forms.key import SOON_DAYS, ending_soon
from console.web.screens.key import visible_keys
from console.web.screens.posture.tile import Tile, address, plural


def key_tile(actor: Actor) -> Tile:
    """Counts what the list of keys shows when it is asked for those that end soon."""
    ending = ending_soon(visible_keys(actor)).count()
    turning = 0
    if actor.may(Permission.KEYS_MANAGE):
        ending += ending_soon(SigningKey.objects.all()).count()
        turning = DataKey.objects.filter(due_at__isnull=False, retired_at__isnull=True).count()
    note = f"end within {SOON_DAYS} days"
    if turning:
        note += f"; {plural(turning, 'data key')} being rotated"
    return Tile(
        "Keys due",
        f"{ending:,}",
        note,
        address("key-list", due="soon"),
        "warn" if ending else "neutral",
        f"{plural(ending, 'key')} due for rotation",
    )

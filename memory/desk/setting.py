from datetime import timedelta

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.errors import InvalidInputError
from memory.models import DeskSetting, Law

MAX_COOL_OFF_HOURS = 14 * 24


def desk_in_force() -> DeskSetting:
    """The tenant's own, or the defaults where nobody has chosen any."""
    return DeskSetting.objects.order_by("-id").first() or DeskSetting()


def cool_off() -> timedelta:
    return timedelta(hours=desk_in_force().cool_off_hours)


@audited("desk.set")
def set_desk(
    *,
    actor: Actor,
    form_open: bool = False,
    form_words: str = "",
    law: str = Law.GDPR,
    cool_off_hours: int = 24,
    reason: str = "",
) -> DeskSetting:
    """For requests that come, and approvals given, from now on. Raises InvalidInputError."""
    actor.require(Permission.SETTINGS_MANAGE)
    if not 0 <= cool_off_hours <= MAX_COOL_OFF_HOURS:
        most = f"Between 0 and {MAX_COOL_OFF_HOURS} hours."
        raise InvalidInputError.on("cool_off_hours", "out_of_range", most)
    before = desk_in_force()
    chosen = {"form_open": form_open, "law": law, "cool_off_hours": cool_off_hours}
    note(before={name: getattr(before, name) for name in chosen}, after=chosen)
    return DeskSetting.objects.create(
        **chosen,
        form_words=form_words,
        set_by_kind=actor.kind,
        set_by_id=actor.id,
        set_by_label=actor.label[:200],
        reason=reason,
    )

"""Reading stored spans anew by the rules of today, a bounded batch at a time.

A replay is a row that remembers how far it came, in the transaction that did that much: killed
anywhere, it goes on there. What it has read once reads the same the second time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Sum

from audit.models import Run, TraceReplay
from audit.rules.mapping import Mappings
from audit.rules.prices import Prices
from audit.rules.rereading import BATCH, Place, Reread, newest_before, reread
from audit.rules.rewriting import rewrite
from audit.rules.setting import retention_of_tenant, rules_in_force
from audit.rules.trace_rules import FRESH, rules_of_tenant
from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import ConflictError, InvalidInputError, WrongStateError
from console.tenancy.scope import current_tenant_id

# Until then another process may store a span by the rules of before.
SETTLED = 2 * FRESH
A_DAY, A_MINUTE = timedelta(days=1), timedelta(minutes=1)
MOST_PREVIEWED = 5_000
MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Preview:
    """Of the newest `looked_at` spans `changed` would be read otherwise; `some` of those."""

    looked_at: int
    changed: int
    without_content: int
    some: tuple[Reread, ...]


def preview_replay(*, actor: Actor, newest: int) -> Preview:
    """Changes nothing. Raises InvalidInputError."""
    actor.require(Permission.SETTINGS_READ)
    if not 1 <= newest <= MOST_PREVIEWED:
        raise InvalidInputError.on("newest", "out_of_range", f"Look at 1 to {MOST_PREVIEWED}.")
    rules, place, since = rules_of_tenant(), Place(now() + A_MINUTE), _oldest()
    looked_at = changed = without_content = 0
    some: list[Reread] = []
    while looked_at < newest:
        spans = newest_before(place, since, min(BATCH, newest - looked_at))
        for one in reread(spans, rules):
            changed += one.is_changed
            without_content += not one.has_content
            if one.is_changed and len(some) < MOST_SHOWN:
                some.append(one)
        looked_at += len(spans)
        if len(spans) < BATCH:
            break
        place = Place.after(spans[-1])
    return Preview(looked_at, changed, without_content, tuple(some))


@audited("traces.replay_begun")
def begin_replay(*, actor: Actor, days: int | None = None, reason: str = "") -> TraceReplay:
    """Of all that is stored, or of the last days.

    Raises InvalidInputError, and ConflictError while another one goes on.
    """
    actor.require(Permission.SETTINGS_MANAGE)
    at, oldest = now(), _oldest()
    if days is not None and days < 1:
        raise InvalidInputError.on("days", "out_of_range", "Go back at least one day.")
    since = oldest if days is None else max(oldest, at - timedelta(days=days))
    replay = TraceReplay(
        since=since,
        before=at + A_DAY,  # some clocks are ahead
        mapping_number=rules_in_force(Mappings)[1],
        prices_number=rules_in_force(Prices)[1],
        total=_estimate(since),
        set_by_kind=actor.kind,
        set_by_id=actor.id,
        set_by_label=actor.label[:200],
        reason=reason,
    )
    try:
        with transaction.atomic():
            replay.save(force_insert=True)
    except IntegrityError as error:
        raise ConflictError("A replay is going on: wait for its end, or stop it.") from error
    note(since=since.isoformat(), mapping=replay.mapping_number, prices=replay.prices_number)
    # Robust: where the broker is lost a sweep finds it.
    transaction.on_commit(partial(_wake, current_tenant_id()), robust=True)
    return replay


@audited("traces.replay_ended")
def stop_replay(*, actor: Actor, replay: TraceReplay) -> TraceReplay:
    """What it has changed stays so. Raises WrongStateError where it has ended."""
    actor.require(Permission.SETTINGS_MANAGE)
    replay = TraceReplay.objects.select_for_update().get(id=replay.id)
    if replay.ended_at is not None:
        raise WrongStateError("This replay has ended.")
    replay.stopped = True
    return _ended(replay)


def unfinished_replay() -> TraceReplay | None:
    return TraceReplay.objects.filter(ended_at__isnull=True).first()


def replay_some(*, actor: Actor) -> bool:
    """One batch in the transaction at hand; whether anything is left.

    Nothing of it where another process is at it.
    """
    going = TraceReplay.objects.filter(ended_at__isnull=True)
    replay = going.select_for_update(skip_locked=True).first()
    if replay is None:
        return False
    place = Place(replay.before, _bytes(replay.trace_id), _bytes(replay.span_id))
    spans = newest_before(place, replay.since, BATCH)
    rules = rules_of_tenant()
    found = reread(spans, rules)
    changed = [one for one in found if one.is_changed]
    replay.changed += rewrite(changed, mapping_version=rules.mapping_version)
    replay.looked_at += len(spans)
    replay.without_content += sum(not one.has_content for one in found)
    if len(spans) < BATCH:
        end_replay(actor=actor, replay=replay)
        return False
    last = Place.after(spans[-1])
    replay.before, replay.trace_id, replay.span_id = last.before, last.trace_id, last.span_id
    replay.save(force_update=True)
    return True


@audited("traces.replay_ended")
def end_replay(*, actor: Actor, replay: TraceReplay) -> TraceReplay:
    actor.require(Permission.SETTINGS_MANAGE)
    return _ended(replay)


def _wake(tenant_id: UUID) -> None:
    # The tasks know the actions, and the actions this.
    from audit.tasks import replay_traces_in  # noqa: PLC0415

    replay_traces_in.apply_async(kwargs={"tenant_id": str(tenant_id)}, countdown=SETTLED)


def _ended(replay: TraceReplay) -> TraceReplay:
    replay.ended_at = now()
    replay.save(force_update=True)
    counts = ("looked_at", "changed", "without_content", "stopped")
    note(**{name: getattr(replay, name) for name in counts})
    return replay


def _oldest() -> datetime:
    return now() - timedelta(days=retention_of_tenant().span_days)


def _estimate(since: datetime) -> int:
    """Counting spans would cost what reading them does; runs have counted them."""
    runs = Run.objects.filter(last_seen__gte=since)
    return int(runs.aggregate(spans=Sum("span_count"))["spans"] or 0)


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)

"""Sending what is new: claim in one transaction, send in none, note the answer in another.

A stream goes on only after its receiver took what came before, so everything arrives at least
once and in order. Whoever dies in between leaves a lease that ends; what was sent is sent again,
under the same places of the log and, by webhook, the same message id.
"""

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from audit.models import Anchor, AuditStream
from audit.models.anchor import MAX_RECEIPT
from audit.models.stream import Sends, StreamKind, StreamState
from audit.streams.lines import Line, next_lines
from audit.streams.parcels import Parcel, Sent, sent
from console.keys.secrets import opened_secrets
from console.platform.clock import now
from console.tenancy.scope import current_tenant_id, tenant_scope

AT_ONCE = 8
# Longer than a try can take.
LEASE = timedelta(seconds=60)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=10)
JITTER = 0.1
# Public authorities ask for restraint, and a checkpoint vouches for all before it.
TIMESTAMP_PAUSE = timedelta(minutes=10)


def send_due(tenant_id: UUID) -> list[Sent]:
    """One message of each stream that has something to say; nothing once none has."""
    with tenant_scope(tenant_id):
        parcels = claim_due(at=now())
    if not parcels:
        return []
    with ThreadPoolExecutor(min(AT_ONCE, len(parcels))) as pool:
        results = list(pool.map(sent, parcels))
    for result in results:
        with tenant_scope(tenant_id):
            record(result)
    return results


def claim_due(*, at: datetime) -> list[Parcel]:
    """What is ours to send until the lease ends."""
    streams = {stream.id: stream for stream in AuditStream.objects.all()}
    free = Q(leased_until=None) | Q(leased_until__lte=at)
    due = Q(next_attempt_at__lte=at) | Q(test_asked_at__isnull=False)
    states = StreamState.objects.select_for_update(skip_locked=True)
    parcels = []
    signed = [stream for stream in streams.values() if stream.wrapped is not None]
    secrets = opened_secrets(signed) if signed else {}
    for state in states.filter(free, due, id__in=list(streams)).order_by("id"):
        stream = streams[state.id]
        parcel = _parcel(stream, state, secrets.get(stream.id, b""), at=at)
        if parcel is not None:
            parcels.append(parcel)
            StreamState.objects.filter(id=state.id).update(leased_until=at + LEASE)
    return parcels


def _parcel(
    stream: AuditStream, state: StreamState, secret: bytes, *, at: datetime
) -> Parcel | None:
    """A test goes before all else, to a paused stream too."""
    lines: Sequence[Line] = ()
    if state.test_asked_at is None:
        if stream.is_paused or state.next_attempt_at > at:
            return None
        lines = next_lines(stream, state.next)
        if not lines:
            return None
        if stream.kind == StreamKind.TIMESTAMP:
            lines = lines[-1:]
    return Parcel(
        stream_id=stream.id,
        tenant_id=current_tenant_id(),
        name=stream.name,
        kind=StreamKind(stream.kind),
        sends=Sends(stream.sends),
        address=stream.address,
        certificates=stream.certificates,
        begins=state.next,
        lines=tuple(lines),
        asked_at=state.test_asked_at,
        secret=secret,
    )


def record(result: Sent) -> None:
    """What came of it, and when to go on."""
    parcel = result.parcel
    # One that was deleted while it was being sent has nowhere to be noted.
    state = StreamState.objects.select_for_update().filter(id=parcel.stream_id).first()
    if state is None:
        return
    state.leased_until = None
    if parcel.is_test:
        _record_test(state, result)
    elif result.error:
        _record_failure(state, result)
    else:
        _record_taken(state, result)
    state.save(force_update=True)


def _record_test(state: StreamState, result: Sent) -> None:
    state.tested_at = now()
    state.test_error = result.error
    if state.test_asked_at == result.parcel.asked_at:
        state.test_asked_at = None


def _record_failure(state: StreamState, result: Sent) -> None:
    state.attempts += 1
    state.next_attempt_at = now() + pause_after(state.attempts)
    state.failing_since = state.failing_since or now()
    state.last_error = result.error
    state.last_status = result.status


def _record_taken(state: StreamState, result: Sent) -> None:
    parcel = result.parcel
    # Not below where another sender brought it, after our lease had ended.
    state.next = max(state.next, parcel.lines[-1].place + 1)
    state.attempts = 0
    state.failing_since = None
    state.last_error, state.last_status = "", result.status
    state.last_sent_at = now()
    if parcel.kind is StreamKind.TIMESTAMP:
        state.next_attempt_at = now() + TIMESTAMP_PAUSE
    if parcel.sends is Sends.CHECKPOINTS:
        _anchor(result)


def _anchor(result: Sent) -> None:
    parcel = result.parcel
    Anchor.objects.bulk_create(
        [
            Anchor(
                checkpoint=line.place,
                stream_id=parcel.stream_id,
                sink=parcel.name,
                receipt=result.receipt[:MAX_RECEIPT],
            )
            for line in parcel.lines
        ],
        ignore_conflicts=True,
    )


def pause_after(attempts: int) -> timedelta:
    """It never gives up: what it holds exists once, and people are told that it is behind."""
    doubled = FIRST_PAUSE.total_seconds() * float(2 ** min(attempts - 1, 10))
    seconds = min(doubled, LONGEST_PAUSE.total_seconds())
    return timedelta(seconds=seconds) * random.uniform(1, 1 + JITTER)  # noqa: S311

"""How far streams are behind the log, and telling people of those that are far behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.actions.manage_streams import report_behind
from audit.models import AuditStream, Checkpoint, LogLeaf
from audit.models.stream import Sends, StreamState
from audit.streams.lines import end_of_log
from console.accounts.actor import Actor
from console.platform.clock import now

FAR_BEHIND = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Lag:
    """How many wait, and since when the first of them does."""

    waiting: int
    since: datetime | None

    @property
    def is_far(self) -> bool:
        return self.since is not None and now() - self.since > FAR_BEHIND


def lags_of(states: Sequence[tuple[Sends, StreamState]]) -> list[Lag]:
    """At most four statements, whatever their number."""
    places = {
        sends: [state.next for of, state in states if of is sends]
        for sends in {sends for sends, _ in states}
    }
    ends = {sends: end_of_log(sends) for sends in places}
    waiting_since = {sends: _made_at(sends, places[sends]) for sends in places}
    return [
        Lag(max(0, ends[sends] - state.next), waiting_since[sends].get(state.next))
        for sends, state in states
    ]


def _made_at(sends: Sends, places: Sequence[int]) -> dict[int, datetime]:
    if sends is Sends.EVENTS:
        leaves = LogLeaf.objects.filter(index__in=places)
        return dict(leaves.values_list("index", "sequenced_at"))
    checkpoints = Checkpoint.objects.filter(number__in=places)
    return dict(checkpoints.values_list("number", "made_at"))


def tell_who_is_behind(*, actor: Actor) -> None:
    """Once, until it has caught up. A paused one is behind because somebody wants it to be."""
    streams = {stream.id: stream for stream in AuditStream.objects.filter(paused_at=None)}
    states = list(StreamState.objects.filter(id__in=list(streams)).order_by("id"))
    lags = lags_of([(Sends(streams[state.id].sends), state) for state in states])
    for state, lag in zip(states, lags, strict=True):
        if lag.is_far and state.behind_at is None:
            report_behind(actor=actor, stream=streams[state.id], lag=lag.waiting)
        elif not lag.waiting and state.behind_at is not None:
            StreamState.objects.filter(id=state.id).update(behind_at=None)

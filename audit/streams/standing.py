"""How a stream does, in one word, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from audit.models import AuditStream
from audit.models.stream import Sends, StreamState
from audit.streams.lag import Lag, lags_of

# By the codes of `console.platform.outbound` and of the senders.
MEANINGS = {
    "address_refused": "Its address is not one we send to: it leads into a private network.",
    "name_not_found": "Its name leads to no address.",
    "no_connection": "Nobody takes connections there.",
    "tls": "Its certificate is not vouched for, or not for this name.",
    "timeout": "It did not take everything within fifteen seconds.",
    "broken_answer": "It hung up, or answered something that is not HTTP.",
    "broken_connection": "It hung up before it had read everything.",
    "status": "It answered that it does not take it.",
    "bad_timestamp": "What it answered is no timestamp by that authority of what it was sent.",
    "forked": "It holds a checkpoint that the log does not have.",
    "unreadable": "Its last line is not one that was written here.",
    "not_written": "It cannot be written: look at its folder, and at the space left.",
}


class Standing(StrEnum):
    SENDING = "sending"
    BEHIND = "behind"
    FAILING = "failing"
    PAUSED = "paused"


STANDINGS = [(standing.value, standing.value) for standing in Standing]


@dataclass(frozen=True, slots=True)
class StreamRow:
    stream: AuditStream
    state: StreamState
    lag: Lag

    @property
    def standing(self) -> Standing:
        if self.stream.is_paused:
            return Standing.PAUSED
        if self.state.last_error:
            return Standing.FAILING
        return Standing.BEHIND if self.lag.is_far else Standing.SENDING

    @property
    def meaning(self) -> str:
        return meaning(self.state.last_error, self.state.last_status)

    @property
    def test_meaning(self) -> str:
        return meaning(self.state.test_error, None)


def meaning(error: str, status: int | None) -> str:
    if error == "status" and status is not None:
        return f"It answered {status}, not 2xx."
    if error.startswith("status_"):
        return f"It answered {error.removeprefix('status_')}, not 200."
    return MEANINGS.get(error, "")


def rows_of(streams: Sequence[AuditStream]) -> list[StreamRow]:
    states = StreamState.objects.filter(id__in=[stream.id for stream in streams])
    by_id = {state.id: state for state in states}
    lags = lags_of([(Sends(stream.sends), by_id[stream.id]) for stream in streams])
    return [
        StreamRow(stream, by_id[stream.id], lag) for stream, lag in zip(streams, lags, strict=True)
    ]

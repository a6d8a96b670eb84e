"""The time axis of a waterfall: active time to scale, long idle time folded to a stub.

An agent that works for minutes and sleeps for days would otherwise be three lines at the edges.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

NANOSECOND = 1
SECOND = 1_000_000_000 * NANOSECOND
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

SHORTEST_FOLD = MINUTE
# Idle time that is short beside the active time is told best to scale.
FOLD_SHARE = 0.1
STUB = 0.03
MAX_STUBS_WIDTH = 0.3


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the axis; `offset` and `width` are fractions of its length."""

    start_ns: int
    end_ns: int
    offset: float
    width: float
    is_idle: bool

    @property
    def label(self) -> str:
        """`2 days idle`; empty where time is to scale."""
        return f"{spoken(self.end_ns - self.start_ns)} idle" if self.is_idle else ""


@dataclass(frozen=True, slots=True)
class Axis:
    segments: tuple[Segment, ...]

    def position(self, instant_ns: int) -> float:
        """Where an instant lies, from 0 to 1."""
        if not self.segments or instant_ns <= self.segments[0].start_ns:
            return 0.0
        index = bisect_right(self.segments, instant_ns, key=lambda s: s.start_ns) - 1
        segment = self.segments[index]
        length = segment.end_ns - segment.start_ns
        share = min(1.0, (instant_ns - segment.start_ns) / length) if length else 1.0
        return segment.offset + segment.width * share


def fold(intervals: Iterable[tuple[int, int]]) -> Axis:
    """An axis over these activities, (start, end) in nanoseconds; between them it is idle."""
    busy = _merged(intervals)
    if not busy:
        return Axis(())
    active = sum(end - start for start, end in busy)
    shortest = max(SHORTEST_FOLD, int(active * FOLD_SHARE))
    stretches: list[tuple[int, int, bool]] = []
    for start, end in busy:
        if stretches and start - stretches[-1][1] >= shortest:
            stretches.append((stretches[-1][1], start, True))
            stretches.append((start, end, False))
        elif stretches:
            stretches[-1] = (stretches[-1][0], end, False)
        else:
            stretches.append((start, end, False))
    return Axis(tuple(_laid_out(stretches)))


def _merged(intervals: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _laid_out(stretches: list[tuple[int, int, bool]]) -> Iterable[Segment]:
    stubs = sum(is_idle for _, _, is_idle in stretches)
    stub = min(STUB, MAX_STUBS_WIDTH / stubs) if stubs else 0.0
    to_scale = 1.0 - stub * stubs
    # Stretches of a single instant still need a place.
    lengths = [0 if is_idle else max(1, end - start) for start, end, is_idle in stretches]
    total = sum(lengths)
    offset = 0.0
    for (start, end, is_idle), length in zip(stretches, lengths, strict=True):
        width = stub if is_idle else to_scale * length / total
        yield Segment(start, end, offset, width, is_idle)
        offset += width


def spoken(length_ns: int) -> str:
    """`2 days`, `1 hour`, `40 seconds`: the largest unit that fits, rounded down."""
    for unit, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second")):
        if length_ns >= unit:
            count = length_ns // unit
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{length_ns // 1_000_000} ms"

"""Where the time of a run went: a flame view, and what each tool, model and kind of step cost."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from audit.models import Run
from audit.timelines.flame import Frame, Spent, flame, own_times, spent
from audit.timelines.waterfall import waterfall_of
from console.accounts.actor import Actor
from console.web.quantities import took
from console.web.screens.lanes import Lane, lane_of_op
from memory.agents import agents_named

MOST_FRAMES = 300
MOST_COSTS = 50
DEEPEST = 24
THINNEST = 0.002
FRAME_PIXELS = 22
NOT_RECEIVED = "Not received yet"


@dataclass(frozen=True, slots=True)
class Box:
    """One frame as it is drawn: `x` and `width` in percent, `y` in pixels."""

    name: str
    lane: Lane
    href: str
    x: str
    width: str
    y: int
    title: str
    errors: int


@dataclass(frozen=True, slots=True)
class Cost:
    """`share` is of all own time; `own` and `waited` are beside the longest. From 0 to 1."""

    spent: Spent
    lane: Lane
    href: str
    share: float
    own: float
    waited: float

    @property
    def share_text(self) -> str:
        return f"{self.share * 100:.1f} %"


@dataclass(frozen=True, slots=True)
class RunTimeScreen:
    run: Run
    boxes: list[Box]
    height: int
    costs: list[Cost]
    others: int
    busy_ns: int
    waited_ns: int
    agents: dict[str, UUID]


def run_time_screen(actor: Actor, run: Run) -> RunTimeScreen:
    waterfall = waterfall_of(run)
    own = own_times(waterfall)
    found = spent(waterfall, own)
    top = flame(waterfall, own)
    address = reverse("run-detail", args=[run.id])
    boxes = sorted(_boxes(top, address), key=lambda box: box.y)[:MOST_FRAMES]
    busy = top.total_ns
    longest = max((max(one.self_ns, one.waited_ns) for one in found), default=0) or 1
    return RunTimeScreen(
        run=run,
        boxes=boxes,
        height=max((box.y for box in boxes), default=0) + FRAME_PIXELS,
        costs=[
            Cost(
                one,
                lane_of_op(one.op),
                _found(address, one.name),
                one.self_ns / busy if busy else 0,
                one.self_ns / longest,
                one.waited_ns / longest,
            )
            for one in found[:MOST_COSTS]
        ],
        others=max(0, len(found) - MOST_COSTS),
        busy_ns=busy,
        waited_ns=sum(one.waited_ns for one in found),
        agents=agents_named(actor, [run.agent]),
    )


def _boxes(top: Frame, address: str) -> Iterator[Box]:
    """The widest first below each; what is too thin to be seen is left out with all below it."""
    whole = top.total_ns or 1
    waiting = [(top, 0.0, -1)]
    for frame, x, depth in waiting:
        width = frame.total_ns / whole
        if depth >= 0:
            yield _box(frame, address, x, width, depth)
        if depth == DEEPEST:
            continue
        begin = x
        for one in sorted(frame.below.values(), key=lambda one: -one.total_ns):
            if one.total_ns / whole >= THINNEST:
                waiting.append((one, begin, depth + 1))
            begin += one.total_ns / whole


def _box(frame: Frame, address: str, x: float, width: float, depth: int) -> Box:
    failed = f", {frame.errors:,} failed" if frame.errors else ""
    times = f"{took(frame.total_ns)}, of it {took(frame.self_ns)} its own"
    name = frame.name or NOT_RECEIVED
    return Box(
        name=name,
        lane=lane_of_op(frame.op),
        href=_found(address, frame.name),
        x=f"{x:.4%}",
        width=f"{width:.4%}",
        y=depth * FRAME_PIXELS,
        title=f"{name}: {frame.calls:,} times, {times}{failed}",
        errors=frame.errors,
    )


def _found(address: str, name: str) -> str:
    return f"{address}?{urlencode({'q': name})}"

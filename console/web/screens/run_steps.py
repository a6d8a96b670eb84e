"""A run's steps for the scripts of its page: columns of small numbers, each word said once."""

from collections.abc import Iterable
from hashlib import sha256
from operator import itemgetter
from typing import Any

import orjson
from django.forms import model_to_dict
from django.template.loader import render_to_string

from audit.models import Run
from audit.timelines.critical_path import critical_path
from audit.timelines.repeats import repeats
from audit.timelines.waterfall import Waterfall
from console.web.screens.lanes import LANES, lane_of_op
from console.web.text import plain

FORMAT = 1
FAILED, RUNNING, MISSING = 1, 2, 4
TRACE_ID_BYTES = 16
MOST_LETTERS = 200
LANE_NUMBER = {key: number for number, key in enumerate(LANES)}


def etag_of(run: Run) -> str:
    """Another as soon as the run's row or state is: every batch that brings a step changes it."""
    values = sorted(model_to_dict(run).items(), key=itemgetter(0))
    return f'W/"{sha256(repr((FORMAT, run.status, values)).encode()).hexdigest()[:32]}"'


def steps_json(waterfall: Waterfall) -> bytes:
    """Rows in tree order. Times are nanoseconds since `origin`, itself Unix nanoseconds as text.

    `up` is how many rows above its parent stands, `repeat` how many above the first of the repeated
    ones, plus one; 0 is none. `trace` and the words are places in lists; `lane` that in `lanes`.
    """
    words, traces = _Words(), _Words()
    tree, run = waterfall.tree, waterfall.run
    origin = min(waterfall.start, default=0)
    columns = {
        "up": [row - parent if parent >= 0 else 0 for row, parent in enumerate(tree.parent)],
        "start": [start - origin for start in waterfall.start],
        "length": [end - start for start, end in zip(waterfall.start, waterfall.end, strict=True)],
        "lane": [LANE_NUMBER[lane_of_op(op).key] for op in waterfall.op],
        "name": words.places(waterfall.name),
        "agent": words.places(waterfall.agent),
        "tool": words.places(waterfall.tool),
        "model": words.places(waterfall.model),
        "error": words.places(waterfall.error_type),
        "flags": [_flags(waterfall, row) for row in range(len(tree.key))],
        "repeat": [
            row - head + 1 if head >= 0 else 0 for row, head in enumerate(repeats(waterfall))
        ],
        "trace": traces.places(key[:TRACE_ID_BYTES].hex() for key in tree.key),
        "span": b"".join(key[TRACE_ID_BYTES:] for key in tree.key).hex(),
    }
    path = critical_path(waterfall)
    return orjson.dumps(
        {
            "run": _figures(run),
            "origin": str(origin),
            "hidden": waterfall.hidden,
            "lanes": [_lane(key) for key in LANES],
            "words": [plain(word[:MOST_LETTERS]) for word in words.known],
            "traces": list(traces.known),
            "axis": [
                (one.start_ns - origin, one.end_ns - origin, one.offset, one.width, one.is_idle)
                for one in waterfall.axis.segments
            ],
            "path": [(one.row, one.start_ns - origin, one.end_ns - origin) for one in path],
            **columns,
        }
    )


class _Words:
    """Each word's place in the list of those that are known."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def places(self, words: Iterable[str]) -> list[int]:
        known = self.known
        return [known.setdefault(word, len(known)) for word in words]


def _flags(waterfall: Waterfall, row: int) -> int:
    return (
        waterfall.failed[row] * FAILED
        + waterfall.running[row] * RUNNING
        + waterfall.is_missing(row) * MISSING
    )


def _lane(key: str) -> dict[str, str]:
    lane = LANES[key]
    return {"key": key, "name": lane.name, "icon": lane.icon, "tone": lane.tone}


def _figures(run: Run) -> dict[str, Any]:
    """What the head of the page tells of the run."""
    return {
        "badge": render_to_string("components/run_status.html", {"status": run.status}),
        "goes_on": not run.is_over,
        "steps": run.span_count,
        "errors": run.error_count,
        "reads": run.memory_reads,
        "writes": run.memory_writes,
        "input": run.input_tokens,
        "output": run.output_tokens,
    }

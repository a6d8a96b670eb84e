"""What the kinds of steps look like, and what they are called."""

from dataclasses import dataclass

from audit.timelines.step import LANES as LANE_OF_OP
from audit.timelines.step import Step


@dataclass(frozen=True, slots=True)
class Lane:
    """`key` is that of `Step.lane`."""

    key: str
    name: str
    icon: str
    tone: str


LANES = {
    lane.key: lane
    for lane in (
        Lane("agent", "Agent", "agent", "neutral"),
        Lane("model", "Model", "model", "info"),
        Lane("tool", "Tool", "tool", "warn"),
        Lane("memory_read", "Memory read", "memory-read", "accent"),
        Lane("memory_write", "Memory write", "memory-write", "rose"),
        Lane("approval", "Approval", "person", "hold"),
        Lane("other", "Other", "step", "neutral"),
    )
}
OF_OP = {str(op): LANES[lane] for op, lane in LANE_OF_OP.items()}


def lane_of(step: Step | None) -> Lane:
    return LANES[step.lane] if step else LANES["other"]


def lane_of_op(op: str) -> Lane:
    """'' is a step that has not arrived."""
    return OF_OP.get(op, LANES["other"])

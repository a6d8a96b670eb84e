"""Boxes in layers from the left to the right, and what leads from one to another.

Lengths are pixels of the drawing, whose text keeps its size: a narrow place scrolls it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from console.web.text import UNSEEN

BOX_WIDTH, BOX_HEIGHT = 184, 46
GAP_ACROSS, GAP_DOWN = 46, 10
HEAD = 28
EDGE = 2  # of the outermost boxes
LANE = 22  # below the boxes, for what leads past a layer
MOST_CHARACTERS = 21  # that fit into a box


@dataclass(frozen=True, slots=True)
class Node:
    """`detail` is a second line. `count` boxes stand for many and lead to their list."""

    key: str
    label: str
    detail: str = ""
    href: str = ""
    tone: str = "neutral"
    is_many: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    title: str
    nodes: Sequence[Node]


@dataclass(frozen=True, slots=True)
class Edge:
    """`evidence` is a word that the legend explains; it also says how the line is drawn."""

    start: str
    end: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Box:
    node: Node
    x: int
    y: int
    label: str
    detail: str
    width: int = BOX_WIDTH
    height: int = BOX_HEIGHT


@dataclass(frozen=True, slots=True)
class Line:
    path: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Heading:
    x: int
    text: str


@dataclass(frozen=True, slots=True)
class Flow:
    id: str
    title: str
    description: str
    width: int
    height: int
    headings: list[Heading]
    boxes: list[Box]
    lines: list[Line]

    @property
    def evidences(self) -> list[str]:
        """Those that are drawn, in the order they first are."""
        return list(dict.fromkeys(line.evidence for line in self.lines))


def flow(
    *,
    id: str,  # noqa: A002 - the name of the attribute
    title: str,
    description: str,
    layers: Sequence[Layer],
    edges: Sequence[Edge],
) -> Flow:
    """Each layer stands in the middle of the height. An edge whose end is not drawn is left out."""
    shown = [layer for layer in layers if layer.nodes]
    tallest = max((_height(len(layer.nodes)) for layer in shown), default=0)
    boxes = [box for number, layer in enumerate(shown) for box in _column(layer, number, tallest)]
    places = {box.node.key: box for box in boxes}
    joined = [edge for edge in dict.fromkeys(edges) if {edge.start, edge.end} <= set(places)]
    ends = [(places[edge.start], places[edge.end]) for edge in joined]
    lane = LANE if any(_passes(start, end) for start, end in ends) else 0
    foot = HEAD + tallest + lane // 2
    lines = [
        Line(_past(*pair, foot) if _passes(*pair) else _path(*pair), edge.evidence)
        for edge, pair in zip(joined, ends, strict=True)
    ]
    headings = [Heading(_left(number), layer.title) for number, layer in enumerate(shown)]
    width = _left(len(shown)) - GAP_ACROSS + EDGE if shown else 0
    return Flow(id, title, description, width, HEAD + tallest + lane + EDGE, headings, boxes, lines)


def _column(layer: Layer, number: int, tallest: int) -> list[Box]:
    top = HEAD + (tallest - _height(len(layer.nodes))) // 2
    return [
        Box(
            node,
            _left(number),
            top + place * (BOX_HEIGHT + GAP_DOWN),
            _short(node.label),
            _short(node.detail, MOST_CHARACTERS + 4),
        )
        for place, node in enumerate(layer.nodes)
    ]


def _left(number: int) -> int:
    return number * (BOX_WIDTH + GAP_ACROSS)


def _height(count: int) -> int:
    return count * BOX_HEIGHT + (count - 1) * GAP_DOWN


def _short(text: str, most: int = MOST_CHARACTERS) -> str:
    """A drawing has no place for the spelling of what nobody sees: a sign stands for it."""
    text = UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _passes(start: Box, end: Box) -> bool:
    return end.x - start.x > BOX_WIDTH + GAP_ACROSS


def _past(start: Box, end: Box, foot: int) -> str:
    """Below the boxes between, which would hide it."""
    x, y = start.x + start.width, start.y + start.height // 2
    to_x, to_y = end.x, end.y + end.height // 2
    return (
        f"M{x} {y}C{x + 34} {y} {x + 6} {foot} {x + GAP_ACROSS} {foot}"
        f"H{to_x - GAP_ACROSS}C{to_x - 6} {foot} {to_x - 34} {to_y} {to_x} {to_y}"
    )


def _path(start: Box, end: Box) -> str:
    x, y = start.x + start.width, start.y + start.height // 2
    to_x, to_y = end.x, end.y + end.height // 2
    bend = max(GAP_ACROSS, (to_x - x) // 2)
    return f"M{x} {y}C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}"

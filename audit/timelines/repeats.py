"""Brothers and sisters that do the same again and again, as one: `read_file` 240 times."""

from collections.abc import Sequence

from audit.timelines.tree import NO_ROW
from audit.timelines.waterfall import Waterfall

FEWEST = 4


def repeats(waterfall: Waterfall) -> list[int]:
    """For each row the first of the repeated ones it is among; NO_ROW where it stands alone.

    Those one after another below the same parent, with the same name and kind and nothing below
    themselves: their rows follow each other too.
    """
    head = [NO_ROW] * len(waterfall.name)
    below = waterfall.tree.children()
    roots = [row for row, parent in enumerate(waterfall.tree.parent) if parent == NO_ROW]
    for rows in (roots, *below):
        begin = 0
        for at in range(1, len(rows) + 1):
            if at < len(rows) and _alike(waterfall, below, rows[begin], rows[at]):
                continue
            if at - begin >= FEWEST:
                for row in rows[begin:at]:
                    head[row] = rows[begin]
            begin = at
    return head


def _alike(waterfall: Waterfall, below: Sequence[list[int]], one: int, other: int) -> bool:
    return (
        waterfall.name[one] == waterfall.name[other]
        and waterfall.op[one] == waterfall.op[other]
        and not below[one]
        and not below[other]
    )

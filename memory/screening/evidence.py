from typing import NamedTuple


class Evidence(NamedTuple):
    """What one detector saw. `start`/`end` are offsets into the text as it was written."""

    code: str
    weight: float
    detail: str
    start: int
    end: int

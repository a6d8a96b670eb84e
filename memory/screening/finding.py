from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["note", "review", "quarantine"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a detector saw: `start`/`end` are character offsets into the content."""

    code: str
    detail: str
    severity: Severity
    weight: float
    start: int = 0
    end: int = 0
    evidence: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

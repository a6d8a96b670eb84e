from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["note", "review", "quarantine"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a detector saw: `start`/`end` are character offsets into the text at `path`.

    `path` is empty for the content; otherwise it is the JSON Pointer (RFC 6901) of a text beside
    it, such as "/value/address". `label` names what the span holds, and stands in its place where
    the span is redacted; a finding without one is never redacted. `detail` quotes nothing.
    """

    code: str
    detail: str
    severity: Severity
    weight: float
    start: int = 0
    end: int = 0
    evidence: str = ""
    label: str = ""
    path: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

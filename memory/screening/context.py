from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenContext:
    """What a detector knows of a write beside its content. Empty: nothing is known against it.

    `gathering.gather` fills it for a whole batch at once.
    """

    key: str = ""
    value: Any = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    # Written by an agent, and by one that somebody vouched for.
    by_agent: bool = False
    trusted: bool = True
    # Names the tenant's directory knows that stand in this write, case-folded: True for the
    # subject's own, False for somebody else's.
    names: Mapping[str, bool] = field(default_factory=dict)
    # SimHash of the content, 64 bits, to be kept with the memory (`fingerprints.keep`).
    fingerprint: int = 0
    # Memories in force of the same subject and namespace with nearly the same words.
    near_duplicates: tuple[UUID, ...] = ()
    # Those of them that this agent recalled lately and does not name in `derived_from`.
    echoes: tuple[UUID, ...] = ()
    # By this agent, this batch included; counted no further than detectors ask.
    writes_last_minute: int = 0

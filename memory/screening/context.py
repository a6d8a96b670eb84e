from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from memory.screening.simhash import Fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenContext:
    """What a detector knows of a write beside its content. Empty: nothing is known against it.

    `gathering.gather` fills it for a whole batch at once.
    """

    key: str = ""
    value: Any = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    namespace: tuple[str, ...] = ()
    run: str = ""
    subject: str = ""
    # Written by an agent, and by one that somebody vouched for.
    by_agent: bool = False
    trusted: bool = True
    # Names of the tenant's subjects that stand in this write, case-folded: True for its own
    # subject's, False for somebody else's.
    names: Mapping[str, bool] = field(default_factory=dict)
    # Kept with the memory, so that later writes find it (`fingerprints.keep_fingerprints`).
    fingerprint: Fingerprint | None = None
    # Memories in force of the same subject and namespace with nearly the same words.
    near_duplicates: tuple[UUID, ...] = ()
    # Those of them that this agent recalled lately and does not name in `derived_from`.
    echoes: tuple[UUID, ...] = ()
    # More writes by this agent within a minute than a person would make.
    is_burst: bool = False

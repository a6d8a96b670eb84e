"""What is wrong with a write, before policy says what to do about it."""

from collections.abc import Callable
from functools import partial
from typing import TypeVarTuple

import structlog

from memory.screening.bursts import screen_burst
from memory.screening.context import ScreenContext
from memory.screening.duplicates import screen_duplicate
from memory.screening.finding import Finding
from memory.screening.injection import screen_injection
from memory.screening.known_names import screen_known_names
from memory.screening.personal_data import screen_personal_data
from memory.screening.protected import screen_protected_key
from memory.screening.secrets import screen_secrets
from memory.screening.size import screen_size
from memory.screening.texts import PLACES, BesideText, beside

log = structlog.get_logger(__name__)

Args = TypeVarTuple("Args")
TextDetector = Callable[[str], list[Finding]]
WriteDetector = Callable[[str, ScreenContext], list[Finding]]

# Each looks at a text: the content, and once at what stands beside it.
DETECTORS: tuple[tuple[str, TextDetector], ...] = (
    ("injection", screen_injection),
    ("personal_data", screen_personal_data),
    ("secrets", screen_secrets),
    ("size", screen_size),
)
# Each looks at the write as a whole.
WRITE_DETECTORS: tuple[tuple[str, WriteDetector], ...] = (
    ("protected_key", screen_protected_key),
    ("burst", screen_burst),
    ("duplicate", screen_duplicate),
)

NOTHING = ScreenContext()
DETECTOR_FAILED = "detector_failed"


def screen(content: str, context: ScreenContext = NOTHING) -> list[Finding]:
    """Every detector's findings. One that fails quarantines; it never waves through."""
    others = beside(context)
    findings: list[Finding] = []
    for name, detect in DETECTORS:
        findings += _guarded(name, _everywhere, detect, content, others)
    if context.names:
        detect = partial(screen_known_names, context.names)
        findings += _guarded("known_names", _everywhere, detect, content, others)
    for name, detect_in in WRITE_DETECTORS:
        findings += _guarded(name, detect_in, content, context)
    return findings


def _everywhere(detect: TextDetector, content: str, others: BesideText) -> list[Finding]:
    findings = detect(content)
    if others.text:
        placed = (others.place(finding) for finding in detect(others.text))
        findings += [one for one in placed if not (one.label and one.path.startswith(PLACES))]
    return findings


def _guarded(name: str, run: Callable[[*Args], list[Finding]], *args: *Args) -> list[Finding]:
    try:
        return run(*args)
    except Exception:  # whatever broke it, the write must not pass unscreened
        log.exception("detector_failed", detector=name)
        return [Finding(DETECTOR_FAILED, f"The {name} screen failed.", "quarantine", 1.0)]


__all__ = ["DETECTORS", "DETECTOR_FAILED", "WRITE_DETECTORS", "Finding", "ScreenContext", "screen"]
